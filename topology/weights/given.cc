#include "topology/weights/given.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "topology/number_text.h"
#include "topology/spectrum.h"

namespace starling {
namespace {

std::string shortest(double value) {
  std::string text;
  append_shortest(text, value);
  return text;
}

}  // namespace

MixingMatrix given_weights(const EdgeListFile& file) {
  if (!file.weights)
    throw GraphError("weights = file: the edges have no weights; allowed: lines u v weight");
  MixingMatrix matrix = mixing_matrix_from_weights(file.graph, *file.weights);
  matrix.note.rule = "file";
  if (!connected(file.graph))
    throw GraphError("the graph is disconnected: no weights average on it");
  try {
    spectrum(matrix);
  } catch (const GraphError& error) {
    const auto [least, largest] = std::minmax_element(file.weights->begin(), file.weights->end());
    const auto blamed = *least < 0 && -*least > *largest / 10 ? least : largest;
    const Edge edge =
        file.graph.edge_list()[static_cast<std::size_t>(blamed - file.weights->begin())];
    const NodeId node = matrix.diagonal[edge.u] < matrix.diagonal[edge.v] ? edge.u : edge.v;
    throw GraphError("weights = file: edge " + std::to_string(edge.u) + " " +
                     std::to_string(edge.v) + " has " + shortest(*blamed) +
                     (blamed == least
                          ? ", the most negative weight"
                          : ", the largest weight (w_ii of node " + std::to_string(node) + " is " +
                                shortest(matrix.diagonal[node]) + ")") +
                     "; " + error.what());
  }
  return matrix;
}

}  // namespace starling
