#pragma once

#include <cstdint>
#include <vector>

#include "consensus/snapshot.h"

namespace starling {

// What one node keeps of its own past, to go on from once all were stopped: a few snapshots, the
// newest. Where they are kept is for those derived to say (checkpoint_folder.h).
//
// Errors    RunError where they cannot be read or written.
class Checkpoints {
 public:
  virtual ~Checkpoints() = default;

  // Those that may be gone on from, in ascending order.
  const std::vector<HeldSnapshot>& held() const { return held_; }
  virtual Snapshot read(const HeldSnapshot& which) const = 0;
  // Afterwards at most `keep` are left, the newest.
  void write(const Snapshot& snapshot, std::uint64_t view, std::size_t keep);
  // Those of later steps belong to another past.
  void forget_after(std::uint64_t step);
  void forget_all();

 protected:
  void holds(std::vector<HeldSnapshot> found);

 private:
  virtual void store(const Snapshot& snapshot, std::uint64_t view) = 0;
  virtual void remove(std::uint64_t step) = 0;

  std::vector<HeldSnapshot> held_;
};

}  // namespace starling
