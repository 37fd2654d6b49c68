#include "consensus/contraction_recorder.h"

#include <algorithm>
#include <cmath>

namespace starling {

namespace {

// Evenly spread over the vector, alike on every node.
template <class Real>
std::size_t sample(std::span<const Real> values,
                   std::array<double, ContractionRecorder::kCoordinates>& picked) {
  const std::size_t count = std::min(values.size(), picked.size());
  for (std::size_t s = 0; s < count; ++s)
    picked[s] = static_cast<double>(values[s * values.size() / count]);
  return count;
}

// sum over coordinates and nodes of pi_i (v_i - mean)^2, and the same of v itself.
struct Spread {
  double disagreement = 0, size = 0;
};
template <class Pick>
Spread spread(std::size_t nodes, std::size_t coordinates, std::span<const double> stationary,
              Pick pick) {
  Spread total;
  for (std::size_t s = 0; s < coordinates; ++s) {
    double mean = 0;
    for (std::size_t i = 0; i < nodes; ++i) mean += stationary[i] * pick(i)[s];
    for (std::size_t i = 0; i < nodes; ++i) {
      const double value = pick(i)[s];
      total.disagreement += stationary[i] * (value - mean) * (value - mean);
      total.size += stationary[i] * value * value;
    }
  }
  return total;
}

}  // namespace

template <class Real>
bool ContractionRecorder::before(std::uint32_t stream, std::span<const Real> values) {
  // Counted here, not by stream: a stream may be a mix of nothing, and those would fall in step
  // with the stride.
  if (values.empty()) return false;
  const std::uint64_t index = seen_++;
  if (index % stride_ != 0) return false;
  if (records_.size() == kRecords) {
    stride_ *= 3;
    // A mix under way may be dropped too: after() then finds nothing to fill.
    std::size_t kept = 0;
    for (std::size_t r = 0; r < records_.size(); r += 3) records_[kept++] = records_[r];
    records_.resize(kept);
    if (index % stride_ != 0) return false;
  }
  records_.reserve(kRecords);
  Record& record = records_.emplace_back();
  record.stream = stream;
  record.coordinates = static_cast<std::uint32_t>(sample(values, record.before));
  return true;
}

template <class Real>
void ContractionRecorder::after(std::uint32_t stream, std::span<const Real> values) {
  for (std::size_t r = records_.size(); r-- > 0;) {
    if (records_[r].stream != stream) continue;
    sample(values, records_[r].after);
    records_[r].finished = true;
    return;
  }
}

double measured_contraction(std::span<const std::vector<ContractionRecorder::Record>> nodes,
                            std::span<const double> stationary, double noise) {
  double worst = 0;
  if (nodes.empty()) return worst;
  std::size_t count = nodes[0].size();
  for (const auto& records : nodes) count = std::min(count, records.size());
  for (std::size_t r = 0; r < count; ++r) {
    const std::uint32_t coordinates = nodes[0][r].coordinates;
    const bool whole = std::all_of(nodes.begin(), nodes.end(), [&](const auto& records) {
      return records[r].stream == nodes[0][r].stream && records[r].coordinates == coordinates &&
             records[r].finished;
    });
    if (!whole) continue;
    const auto old = spread(
        nodes.size(), coordinates,
        stationary, [&](std::size_t i) -> const auto& { return nodes[i][r].before; });
    const auto now = spread(
        nodes.size(), coordinates,
        stationary, [&](std::size_t i) -> const auto& { return nodes[i][r].after; });
    if (!(std::sqrt(old.disagreement) > noise * std::sqrt(old.size))) continue;
    worst = std::max(worst, std::sqrt(now.disagreement / old.disagreement));
  }
  return worst;
}

template bool ContractionRecorder::before<float>(std::uint32_t, std::span<const float>);
template bool ContractionRecorder::before<double>(std::uint32_t, std::span<const double>);
template void ContractionRecorder::after<float>(std::uint32_t, std::span<const float>);
template void ContractionRecorder::after<double>(std::uint32_t, std::span<const double>);

}  // namespace starling
