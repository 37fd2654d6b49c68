#pragma once

#include "node/links/network.h"

namespace starling {

// A node that joins begins at a neighbor's x. Whoever gives keeps a copy of one step's x while it
// is asked for, so that the parts fit together and nobody waits.
class ModelDonor {
 public:
  // Whether a new copy is wanted: at the next step's start, when x stands whole.
  bool wants_copy() const { return wanted_; }
  void keep(std::span<const std::byte> model, std::uint64_t step, Instant now);
  void asked(const NetworkNews::Ask& ask, Instant now);
  void serve(Network& network);

 private:
  std::vector<NetworkNews::Ask> asks_;
  std::vector<std::byte> model_;
  std::uint64_t step_ = 0;
  Instant kept_at_{0};
  bool wanted_ = false;
};

// The other end: asks part after part, of one donor at a time.
class ModelFetch {
 public:
  void look(Network& network, Instant now);
  void take(const NetworkNews::Part& part, Network& network, Instant now);
  bool whole() const { return whole_; }
  std::uint64_t step() const { return step_; }
  const std::vector<std::byte>& model() const { return model_; }

 private:
  void begin(NodeId donor, Network& network, Instant now);

  std::optional<NodeId> donor_;
  std::vector<std::byte> model_;
  std::uint64_t step_ = 0;
  Instant asked_at_{0};
  bool whole_ = false;
};

}  // namespace starling
