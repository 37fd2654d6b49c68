#include "consensus/objectives/network_objective.h"

namespace starling {
namespace {

// A multilayer perceptron.
//
//   A_0 = rows,  Z_l = A_{l-1} W_l + b_l,  A_l = activation(Z_l),  Z the last of the Z_l
//
// Shapes    x: for each layer W (inputs x outputs, row by row), then b.
Plan make_plan(const ObjectiveKeys& keys, std::uint64_t columns, std::uint64_t classes) {
  const Activation& activation = find_activation(keys.word("activation", "relu"));
  const double dropout = keys.number("dropout", 0, 0, 0.99);
  Plan plan;
  Shape shape{1, 1, columns};
  const auto add_dense = [&](std::uint64_t units) {
    plan.push_back({StagePlan::Kind::dense, shape, units});
    plan.back().gain = activation.gain;
    shape = plan.back().output();
  };
  for (const std::uint64_t units : units_of(keys.word("hidden", "64"))) {
    add_dense(units);
    plan.push_back({StagePlan::Kind::activation, shape});
    plan.back().activation = &activation;
    plan.back().dropout = dropout;
  }
  add_dense(classes);
  return plan;
}

}  // namespace

const NetworkKind kMlp = {"mlp", "l2 dropout seed hidden activation loss", 256, make_plan};

std::unique_ptr<BuiltinObjective> make_mlp(const starling_objective_request& request) {
  return std::make_unique<NetworkObjective>(request, kMlp);
}

}  // namespace starling
