#include "topology/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace starling {
namespace {

// Insertions, deletions, replacements and swaps of neighbors each count one
// (restricted Damerau-Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view given, std::span<const std::string_view> names) {
  if (given.size() > 100) return {};  // not a slip of the finger
  std::size_t best = std::max<std::size_t>(1, given.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(given, name);
    if (distance < best) {
      best = distance;
      nearest = name;
    }
  }
  return std::string(nearest);
}

std::string did_you_mean(std::string_view given, std::span<const std::string_view> names) {
  const std::string name = nearest_name(given, names);
  return name.empty() ? std::string{} : " (did you mean '" + name + "'?)";
}

}  // namespace starling
