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

// The units of each hidden layer, as "256,128"; "" is none. Errors    ObjectiveError.
std::vector<std::uint64_t> units_of(const std::string& hidden);

}  // namespace starling
