#include "consensus/objectives/network/layers.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "consensus/objectives/objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostUnits = 1'000'000, kMostLayers = 64;

double relu(double z) { return z > 0 ? z : 0; }
double relu_slope(double z) { return z > 0 ? 1 : 0; }
double tanh_slope(double z) {
  const double t = std::tanh(z);
  return 1 - t * t;
}
// z Phi(z), Phi the normal distribution: the exact form.
double normal(double z) { return 0.5 * std::erfc(-z * 0.7071067811865476); }
double gelu(double z) { return z * normal(z); }
double gelu_slope(double z) { return normal(z) + z * 0.3989422804014327 * std::exp(-z * z / 2); }
double tanh_of(double z) { return std::tanh(z); }

template <double value(double)>
void values(const double* z, std::size_t size, double* a) {
  std::transform(z, z + size, a, [](double one) { return value(one); });
}
template <double slope(double)>
void times_slopes(const double* z, std::size_t size, double* y) {
  for (std::size_t k = 0; k < size; ++k) y[k] *= slope(z[k]);
}

const Activation kActivations[] = {{"relu", values<relu>, times_slopes<relu_slope>, 2},
                                   {"gelu", values<gelu>, times_slopes<gelu_slope>, 2},
                                   {"tanh", values<tanh_of>, times_slopes<tanh_slope>, 1}};

[[noreturn]] void refuse_hidden(const std::string& hidden) {
  throw ObjectiveError("objective.hidden = " + hidden + ": must be up to " +
                       std::to_string(kMostLayers) + " numbers of units from 1 to " +
                       std::to_string(kMostUnits) + " between commas, as \"256,128\"");
}

}  // namespace

const Activation& find_activation(const std::string& name) {
  for (const Activation& entry : kActivations)
    if (entry.name == name) return entry;
  throw ObjectiveError("objective.activation = " + name + ": must be relu, gelu or tanh");
}

std::vector<std::uint64_t> units_of(const std::string& hidden) {
  std::vector<std::uint64_t> units;
  for (const char *at = hidden.data(), *end = at + hidden.size(); at < end; ++at) {
    std::uint64_t count = 0;
    const auto [after, error] = std::from_chars(at, end, count);
    if (error != std::errc() || count < 1 || count > kMostUnits || units.size() == kMostLayers ||
        (after != end && (*after != ',' || after + 1 == end)))
      refuse_hidden(hidden);
    units.push_back(count);
    at = after;
  }
  return units;
}

}  // namespace starling
