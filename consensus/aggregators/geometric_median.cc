#include "consensus/aggregators/rules.h"

namespace starling {

namespace {
constexpr int kMostIterations = 100;
constexpr double kSmoothing = 1e-6;  // nu, in median distances from the start
constexpr double kSettled = 1e-9;    // a move this small, in the same unit, ends the iteration
}  // namespace

// The point with the least sum of distances to own and neighbors' vectors v_k, by Weiszfeld's
// smoothed iteration.
//
//   z <- z + sum_k c_k (v_k - z) / sum_k c_k,   c_k = 1 / max(nu, |v_k - z|),   z_0 = coordinate
//   median
//
// Every vector pulls with the same force, however far it is: those with less than half of an even
// weight count as clipped.
//
// Withstands  b liars among m neighbors with m + 1 > 2 b (breakdown 1/2).
// Cost        at most 100 passes over m + 1 vectors.
// Source      Pillutla, Kakade & Harchaoui (RFA), IEEE TSP 2022. Departure: nu is relative, so that
//             the result scales with its inputs, and the start is robust itself.
template <class Real>
void geometric_median(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
                      std::span<Verdict> verdicts) {
  const std::size_t count = heard.neighbors.size() + 1, d = heard.size;
  const auto vector = [&](std::size_t k) { return k == 0 ? heard.own : heard.neighbors[k - 1]; };
  work.unused.assign(heard.neighbors.size(), {});
  coordinate_median(heard, work, out, std::span<Verdict>(work.unused));
  auto& z = work.centre;
  z.assign(out, out + d);
  auto& pull = work.scores;
  pull.assign(count, 0.0);
  auto& distance = work.distances;
  distance.resize(count);
  const auto measure = [&] {
    for (std::size_t k = 0; k < count; ++k)
      distance[k] = std::sqrt(squared_distance(vector(k), z.data(), d));
  };
  measure();
  pull.assign(distance.begin(), distance.end());
  std::sort(pull.begin(), pull.end());
  const double unit = pull[count / 2];
  // At least half of the vectors are the start: nothing pulls it away.
  for (int t = 0; unit > 0 && t < kMostIterations; ++t) {
    double total = 0;
    for (std::size_t k = 0; k < count; ++k) {
      pull[k] = 1 / std::max(kSmoothing * unit, distance[k]);
      total += pull[k];
    }
    for (double& share : pull) share /= total;
    double moved = 0;
    for (std::size_t c = 0; c < d; ++c) {
      double move = 0;
      for (std::size_t k = 0; k < count; ++k)
        move += pull[k] * (static_cast<double>(vector(k)[c]) - z[c]);
      z[c] += move;
      moved += move * move;
    }
    measure();
    if (std::sqrt(moved) <= kSettled * unit) break;
  }
  for (std::size_t c = 0; unit > 0 && c < d; ++c) out[c] = static_cast<Real>(z[c]);
  for (std::size_t j = 0; unit > 0 && j + 1 < count; ++j)
    verdicts[j].clipped = pull[j + 1] < 0.5 / static_cast<double>(count);
}

template void geometric_median(const Heard<float>&, AggregatorWork<float>&, float*,
                               std::span<Verdict>);
template void geometric_median(const Heard<double>&, AggregatorWork<double>&, double*,
                               std::span<Verdict>);

}  // namespace starling
