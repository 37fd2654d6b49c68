#include "consensus/aggregators/rules.h"

namespace starling {

namespace {

std::size_t honest_majority(std::size_t b) { return 2 * b; }  // m + 1 > 2 b
std::size_t more_than_both_ends(std::size_t b) { return 2 * b + 1; }
std::size_t more_than_liars(std::size_t b) { return b + 1; }
std::size_t company_of_krum(std::size_t b) { return 2 * b + 2; }  // m + 1 >= 2 b + 3

const AggregatorEntry kAggregators[] = {
    {.name = "coordinate_median",
     .summary = "the median of each coordinate",
     .source = "Yin et al. 2018",
     .rule_float = coordinate_median,
     .rule_double = coordinate_median,
     .least_neighbors = honest_majority},
    {.name = "trimmed_mean",
     .summary = "the mean without the b largest and b smallest of each coordinate",
     .source = "Fang, Yang & Bajwa 2022 (BRIDGE-T)",
     .rule_float = trimmed_mean,
     .rule_double = trimmed_mean,
     .least_neighbors = more_than_both_ends},
    {.name = "geometric_median",
     .summary = "the point of the least sum of distances",
     .source = "Pillutla, Kakade & Harchaoui 2022 (RFA)",
     .rule_float = geometric_median,
     .rule_double = geometric_median,
     .least_neighbors = honest_majority},
    {.name = "krum",
     .summary = "half way to the vector with the nearest company",
     .source = "Blanchard et al. 2017",
     .rule_float = krum,
     .rule_double = krum,
     .least_neighbors = company_of_krum},
    {.name = "centered_clipping",
     .summary = "plain gossip in which nobody draws further than a radius",
     .source = "He, Karimireddy & Jaggi 2022 (ClippedGossip)",
     .rule_float = centered_clipping,
     .rule_double = centered_clipping,
     .least_neighbors = more_than_liars,
     .reads_weights = true,
     .reads_radius = true},
    {.name = "ubar",
     .summary = "the near neighbors whose vectors fit the own data",
     .source = "Guo et al. 2021",
     .rule_float = ubar,
     .rule_double = ubar,
     .least_neighbors = more_than_liars,
     .reads_loss = true},
};

}  // namespace

std::span<const AggregatorEntry> aggregators() { return kAggregators; }

const AggregatorEntry* find_aggregator(std::string_view name) {
  for (const AggregatorEntry& entry : kAggregators)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace starling
