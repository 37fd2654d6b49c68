#include "consensus/aggregators/rules.h"

namespace starling {

// The median of own and neighbors' values, coordinate by coordinate; of an even number the middle
// of the two.
//
// Withstands  b liars among m neighbors with m + 1 > 2 b: each coordinate stays within the honest
//             values.
// Cost        m + 1 values sorted per coordinate.
// Source      Yin, Chen, Ramchandran & Bartlett, ICML 2018; Yang & Bajwa 2019. Departure: none.
template <class Real>
void coordinate_median(const Heard<Real>& heard, AggregatorWork<Real>& work, Real* out,
                       std::span<Verdict> verdicts) {
  auto& values = work.values;
  const std::size_t count = heard.neighbors.size() + 1;
  values.resize(count);
  for (std::size_t k = 0; k < heard.size; ++k) {
    values[0] = heard.own[k];
    for (std::size_t j = 1; j < count; ++j) values[j] = heard.neighbors[j - 1][k];
    std::sort(values.begin(), values.end());
    const Real low = values[(count - 1) / 2], high = values[count / 2];
    out[k] = low + (high - low) / 2;
    for (std::size_t j = 0; j + 1 < count; ++j)
      if (heard.neighbors[j][k] < low || heard.neighbors[j][k] > high)
        ++verdicts[j].trimmed_coordinates;
  }
}

template void coordinate_median(const Heard<float>&, AggregatorWork<float>&, float*,
                                std::span<Verdict>);
template void coordinate_median(const Heard<double>&, AggregatorWork<double>&, double*,
                                std::span<Verdict>);

}  // namespace starling
