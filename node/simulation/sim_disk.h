#pragma once

#include <map>
#include <string>

#include "node/error.h"
#include "node/files/checkpoints.h"

namespace starling {

// What a simulated node has on disk: it outlives the node.
class SimDisk final : public Checkpoints {
 public:
  // Nothing can be written: who tries ends, and says so.
  void set_full(bool full) { full_ = full; }
  static bool was_full(const std::string& reason) {
    return reason.find(kFull) != std::string::npos;
  }

  // From its node's next start on the newest cannot be read.
  void spoil_newest() { spoiled_ = true; }
  void node_starts() {
    if (spoiled_ && !held().empty()) forget_after(held().back().step - 1);
    spoiled_ = false;
  }

  Snapshot read(const HeldSnapshot& which) const override { return kept_.at(which.step); }

 private:
  static constexpr const char* kFull = "no space left on the simulated device";

  void store(const Snapshot& snapshot, std::uint64_t) override {
    if (full_) throw RunError("cannot write a checkpoint: " + std::string(kFull));
    kept_[snapshot.step] = snapshot;
  }
  void remove(std::uint64_t step) override { kept_.erase(step); }

  bool full_ = false, spoiled_ = false;
  std::map<std::uint64_t, Snapshot> kept_;
};

}  // namespace starling
