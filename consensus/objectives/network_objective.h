#pragma once

#include <optional>

#include "consensus/objectives/keys.h"
#include "consensus/objectives/network/network.h"
#include "consensus/objectives/row_objective.h"

namespace starling {

// One kind of network, and how it is planned by its configuration.
struct NetworkKind {
  const char* name;
  const char* keys;  // all of its own
  // Rows that go through the network together, which bounds its memory; dropout draws and
  // normalisation normalises block by block.
  std::uint64_t block;
  Plan (*plan)(const ObjectiveKeys& keys, std::uint64_t columns, std::uint64_t classes);
};
extern const NetworkKind kMlp, kCnn;

// Tells C classes apart by a network.
//
//   f_i(x) = 1/m sum_s loss(z_s, label_s) + l2/2 |x|^2,  z_s = network(row s); no statistics in |x|
//   loss   = cross entropy of softmax(z), or |z - e_label|^2 / 2 (mse)
//
// A mini-batch drops units with probability p and multiplies the others by 1 / (1 - p), by a stream
// of (seed, node, step); the full gradient drops nothing.
//
// Constants none are known, so L is infinite: a step size has to be given, and no gradient norm can
//           be certified.
class NetworkObjective final : public RowObjective {
 public:
  NetworkObjective(const starling_objective_request& request, const NetworkKind& kind);

  std::uint64_t dimension() const override { return network_.dimension(); }
  Constants constants() override;
  void initial(double* x) override { network_.start(seed_, x); }
  double stochastic_gradient(const double* x, std::uint64_t seed, std::uint64_t step,
                             std::uint64_t batch, double* gradient) override;
  // The class of the highest output; the first of equals.
  std::uint64_t correct(const double* x, const starling_data& data) override;

 private:
  using Values = Stage::Values;
  double gradient_over(const Batch& batch, const double* x, double* gradient) override;
  template <class Visit>
  void for_blocks(const DataRows& rows, const Batch& batch, Pass pass, const double* x,
                  Visit visit);
  const double* dense(const DataRows& rows, const Batch& batch, std::uint64_t first,
                      std::uint64_t count);
  double losses(const Batch& batch, std::uint64_t first, const Pass& pass, Values& z) const;

  const NetworkKind kind_;
  const ObjectiveKeys keys_;
  const double l2_;
  const std::uint64_t seed_;
  const std::uint32_t node_;
  const bool squared_;
  Network network_;
  Values block_;
  std::optional<RandomStream> dropping_;
};

}  // namespace starling
