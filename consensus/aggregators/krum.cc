#include "consensus/aggregators/rules.h"

namespace starling {

// Half way to the vector that has the nearest company.
//
//   score_k = sum of |v_k - v_l|^2 over its M - b - 2 nearest others, M = m + 1 vectors with own
//   out = (own + v_k) / 2,   k of the least score
//
// Withstands  b liars among M >= 2 b + 3. Discards what all but one say.
// Cost        M^2 / 2 distances.
// Source      Blanchard, El Mhamdi, Guerraoui & Stainer, NeurIPS 2017. Departure: half
//             way, as every node keeps a model of its own.
template <class Real>
void krum(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
          std::span<Verdict> verdicts) {
  const std::size_t count = heard.neighbors.size() + 1;
  const std::size_t nearest = count - heard.tolerated - 2;
  const auto vector = [&](std::size_t k) { return k == 0 ? heard.own : heard.neighbors[k - 1]; };
  auto& between = work.distances;  // squared, M x M
  between.assign(count * count, 0.0);
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t l = 0; l < k; ++l)
      between[k * count + l] = between[l * count + k] =
          squared_distance(vector(k), vector(l), heard.size);
  std::size_t best = 0;
  double least = 0;
  auto& row = work.scores;
  for (std::size_t k = 0; k < count; ++k) {
    row.clear();
    for (std::size_t l = 0; l < count; ++l)
      if (l != k) row.push_back(between[k * count + l]);
    std::sort(row.begin(), row.end());
    const double score =
        std::accumulate(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(nearest), 0.0);
    if (k > 0 && !(score < least)) continue;
    best = k;
    least = score;
  }
  for (std::size_t j = 0; j + 1 < count; ++j) verdicts[j].dropped = j + 1 != best;
  work.chosen.assign(1, vector(best));
  work.scaled.assign(1, Real(0.5));
  weigh<Real>(heard, work.chosen, work.scaled, out);
}

template void krum(const Heard<float>&, AggregatorWork<float>&, float*, std::span<Verdict>);
template void krum(const Heard<double>&, AggregatorWork<double>&, double*, std::span<Verdict>);

}  // namespace starling
