#pragma once

#include <functional>
#include <string>

#include "consensus/settings.h"
#include "node/files/checkpoints.h"

namespace starling {

// Checkpoints on disk: step-<step>.safetensors in a folder of the node's own, each a Snapshot with
// its states as tensors, its scalars, a checksum and the digest of the configuration as metadata.
//
// Errors    RunError with path and reason where the folder cannot be read or written.
class CheckpointFolder final : public Checkpoints {
 public:
  // digest: of all that must not differ where a run goes on. say: hears of files refused.
  CheckpointFolder(std::string folder, std::uint64_t digest, Precision precision,
                   const std::function<void(const std::string&)>& say);

  Snapshot read(const HeldSnapshot& which) const override;

 private:
  void store(const Snapshot& snapshot, std::uint64_t view) override;
  void remove(std::uint64_t step) override;
  std::string path_of(std::uint64_t step) const;
  Snapshot load(std::uint64_t step, std::uint64_t& view) const;

  const std::string folder_;
  const std::uint64_t digest_;
  const Precision precision_;
};

}  // namespace starling
