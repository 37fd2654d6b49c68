#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starling {

// What stands between two layers of a network.
struct Activation {
  std::string_view name;
  void (*values)(const double* z, std::size_t size, double* a);        // a = activation(z)
  void (*times_slopes)(const double* z, std::size_t size, double* y);  // y *= its slope at z
  double gain;  // of the start: weights have variance gain / inputs
};
const Activation& find_activation(const std::string& name);  // ObjectiveError: allowed are ...

// A network's layers in x: for each, W (inputs x outputs, row by row), then b (outputs).
struct Layer {
  std::uint64_t inputs, outputs, weights, biases;  // the last two: where in x they begin
};

// Rows that go through a network together: dropout draws block by block, layer by layer.
inline constexpr std::uint64_t kNetworkBlock = 256;

// "256,128" between `inputs` and `outputs`; "" is no hidden layer. Errors    ObjectiveError.
std::vector<Layer> layers_of(const std::string& hidden, std::uint64_t inputs,
                             std::uint64_t outputs);

}  // namespace starling
