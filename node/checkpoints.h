#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "consensus/settings.h"
#include "consensus/snapshot.h"

namespace starling {

// One node's checkpoints: step-<step>.safetensors in a folder of its own, each a Snapshot with its
// states as tensors, its scalars, a checksum and the digest of the configuration as metadata.
//
// Errors    RunError with path and reason where the folder cannot be read or written.
class Checkpoints {
 public:
  // digest: of all that must not differ where a run goes on. say: hears of files refused.
  Checkpoints(std::string folder, std::uint64_t digest, Precision precision,
              std::function<void(const std::string&)> say);

  // Those that may be gone on from, in ascending order.
  const std::vector<HeldSnapshot>& held() const { return held_; }
  Snapshot read(const HeldSnapshot& which) const;
  // Afterwards at most `keep` are left, the newest.
  void write(const Snapshot& snapshot, std::uint64_t view, std::size_t keep);
  // Those of later steps belong to another past.
  void forget_after(std::uint64_t step);
  void forget_all();

 private:
  std::string path_of(std::uint64_t step) const;
  void remove(std::uint64_t step) const;
  Snapshot load(std::uint64_t step, std::uint64_t& view) const;

  const std::string folder_;
  const std::uint64_t digest_;
  const Precision precision_;
  std::function<void(const std::string&)> say_;
  std::vector<HeldSnapshot> held_;
};

}  // namespace starling
