#include "topology/spectrum/circulant.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace starling {
namespace {

struct Shift {
  NodeId by = 0;
  double weight = 0;
  auto operator<=>(const Shift&) const = default;
};

// By how much, and how heavily, what reaches node i was shifted; ascending.
void shifts_into(const DirectedMatrix& matrix, NodeId i, std::vector<Shift>& shifts) {
  const NodeId n = matrix.graph.nodes();
  const auto sources = matrix.graph.sources(i);
  shifts.clear();
  for (std::size_t k = 0; k < sources.size(); ++k)
    shifts.push_back({i >= sources[k] ? i - sources[k] : n - (sources[k] - i), matrix.row(i)[k]});
  std::sort(shifts.begin(), shifts.end());
}

}  // namespace

std::optional<double> circulant_gap(const DirectedMatrix& matrix) {
  const NodeId n = matrix.graph.nodes();
  std::vector<Shift> shifts, others;
  shifts_into(matrix, 0, shifts);
  for (NodeId i = 1; i < n; ++i) {
    shifts_into(matrix, i, others);
    if (others != shifts || matrix.diagonal[i] != matrix.diagonal[0]) return std::nullopt;
  }
  double least = 1;                             // of 1 - |lambda|^2
  for (std::uint64_t k = 1; k <= n / 2; ++k) {  // lambda_{n-k} is the conjugate of lambda_k
    double a = 0, b = 0;
    for (const Shift& shift : shifts) {
      const double angle = std::numbers::pi * static_cast<double>(k * shift.by % n) / n;
      const double sine = std::sin(angle);
      a += shift.weight * 2 * sine * sine;
      b += shift.weight * 2 * sine * std::cos(angle);
    }
    least = std::min(least, 2 * a - a * a - b * b);
  }
  return least / (1 + std::sqrt(1 - least));
}

}  // namespace starling
