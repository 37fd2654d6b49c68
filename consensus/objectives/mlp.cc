#include "consensus/objectives/network/layers.h"
#include "consensus/objectives/network/stages.h"
#include "consensus/objectives/network_objective.h"

namespace starling {
namespace {

// A multilayer perceptron.
//
//   A_0 = rows,  Z_l = A_{l-1} W_l + b_l,  A_l = activation(Z_l),  Z the last of the Z_l
//
// Shapes    x: for each layer W (inputs x outputs, row by row), then b.
Network make_network(const ObjectiveKeys& keys, const DataRows& rows) {
  const Activation& activation = find_activation(keys.word("activation", "relu"));
  const double dropout = keys.number("dropout", 0, 0, 0.99);
  Network::Stages stages;
  const Shape input{1, 1, rows.columns()};
  for (const Layer& layer : layers_of(keys.word("hidden", "64"), rows.columns(), rows.classes())) {
    if (!stages.empty())
      stages.push_back(make_activation(stages.back()->output(), activation, dropout));
    const Shape below = stages.empty() ? input : stages.back()->output();
    stages.push_back(make_dense(below, layer.outputs, activation.gain));
  }
  return Network(std::move(stages));
}

constexpr NetworkKind kMlp = {"mlp", "l2 dropout seed hidden activation loss", kNetworkBlock,
                              make_network};

}  // namespace

std::unique_ptr<BuiltinObjective> make_mlp(const starling_objective_request& request) {
  return std::make_unique<NetworkObjective>(request, kMlp);
}

}  // namespace starling
