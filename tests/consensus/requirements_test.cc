#include "consensus/requirements.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "consensus/agreement.h"
#include "consensus/algorithms/registry.h"
#include "consensus/schedule_mix.h"
#include "topology/digraph_generators.h"
#include "topology/schedules/static.h"
#include "topology/weights/directed_rules.h"

namespace starling {
namespace {

using enum GraphNature;

constexpr GraphNature kNatures[] = {static_symmetric,         static_doubly_stochastic,
                                    static_column_stochastic, static_row_stochastic,
                                    changing_symmetric,       changing_directed};

// Catalogue A.3, written out: where each algorithm may run.
TEST(Requirements, OfEveryRegisteredAlgorithmAreTheCatalogues) {
  const std::set<GraphNature> symmetric = {static_symmetric};
  const std::set<GraphNature> doubly = {static_symmetric, static_doubly_stochastic,
                                        changing_symmetric, changing_directed};
  std::set<GraphNature> columns = doubly;
  columns.insert(static_column_stochastic);
  const std::map<std::string_view, std::set<GraphNature>> table = {{"average", doubly},
                                                                   {"dgd_atc", doubly},
                                                                   {"dgd_cta", doubly},
                                                                   {"gradient_tracking", doubly},
                                                                   {"exact_diffusion", symmetric},
                                                                   {"extra", symmetric},
                                                                   {"k_gt", doubly},
                                                                   {"mudag", symmetric},
                                                                   {"push_sum", columns},
                                                                   {"push_diging", columns}};
  for (const AlgorithmEntry& algorithm : algorithms()) {
    ASSERT_TRUE(table.contains(algorithm.name)) << algorithm.name << " stands in no row";
    for (const GraphNature nature : kNatures)
      EXPECT_EQ(!refusal(algorithm, *find_mixer("plain"), nature),
                table.at(algorithm.name).contains(nature))
          << algorithm.name << " on " << to_string(nature);
  }
}

TEST(Requirements, ChebyshevRunsOnAStaticSymmetricGraphOnly) {
  for (const GraphNature nature : kNatures)
    for (const AlgorithmEntry& algorithm : algorithms()) {
      if (!satisfies(nature, algorithm.needs)) continue;
      const auto text = refusal(algorithm, *find_mixer("chebyshev"), nature);
      EXPECT_EQ(!text, nature == static_symmetric) << to_string(nature);
      if (text) {
        EXPECT_TRUE(text->starts_with("shared.mixing.acceleration = \"chebyshev\": ")) << *text;
        EXPECT_NE(text->find("use \"none\""), std::string::npos) << *text;
      }
    }
}

TEST(Requirements, WhatAutoPicksIsNeverRefused) {
  for (const GraphNature nature : kNatures) {
    EXPECT_TRUE(satisfies(nature, automatic_mixer(nature).needs)) << to_string(nature);
    for (const AlgorithmEntry& algorithm : algorithms())
      if (satisfies(nature, algorithm.needs)) {
        EXPECT_FALSE(refusal(algorithm, automatic_mixer(nature), nature));
      }
  }
  EXPECT_EQ(automatic_mixer(static_symmetric).name, "chebyshev");
}

// The first name in quotes after "use" is an algorithm that may run where the refused one may not
// (with column-stochastic weights in the place of row-stochastic ones), for the same task.
TEST(Requirements, EveryRefusalNamesAnAlternativeThatRuns) {
  for (const AlgorithmEntry& algorithm : algorithms())
    for (const GraphNature nature : kNatures) {
      const auto text = refusal(algorithm, automatic_mixer(nature), nature);
      if (!text) continue;
      EXPECT_TRUE(text->starts_with("shared.algorithm.kind = \"" + std::string(algorithm.name)));
      EXPECT_EQ(text->find('\n'), std::string::npos);
      const std::size_t use = text->find("; use \"");
      ASSERT_NE(use, std::string::npos) << *text;
      const std::size_t begin = use + 7, end = text->find('"', begin);
      const AlgorithmEntry* other = find_algorithm(text->substr(begin, end - begin));
      ASSERT_NE(other, nullptr) << *text;
      EXPECT_EQ(other->needs_inputs, algorithm.needs_inputs) << *text;
      const bool rows = nature == static_row_stochastic;
      EXPECT_EQ(text->find("\"column_stochastic\"") != std::string::npos, rows) << *text;
      EXPECT_TRUE(satisfies(rows ? static_column_stochastic : nature, other->needs)) << *text;
    }
}

TEST(Requirements, TheCounterexamplesStandInTheMessages) {
  const auto text = [](const char* algorithm, const char* mixer, GraphNature nature) {
    return refusal(*find_algorithm(algorithm), *find_mixer(mixer), nature).value_or("accepted");
  };
  EXPECT_NE(text("exact_diffusion", "plain", changing_symmetric)
                .find("1.015 per round); use \"gradient_tracking\""),
            std::string::npos);
  EXPECT_NE(text("gradient_tracking", "chebyshev", changing_symmetric).find("do not commute"),
            std::string::npos);
  EXPECT_NE(text("average", "plain", static_column_stochastic).find("use \"push_sum\""),
            std::string::npos);
  EXPECT_NE(text("extra", "plain", static_column_stochastic).find("use \"push_diging\""),
            std::string::npos);
}

TEST(Requirements, NatureOfAScheduleIsThatOfItsMatrix) {
  GraphParameters eight;
  eight.nodes = 8;
  const auto of = [](std::shared_ptr<const Schedule> schedule) {
    Mixing mixing;
    mixing.schedule = std::move(schedule);
    return nature_of(mixing);
  };
  const auto nature = [&](const char* rule, const Digraph& graph) {
    return of(std::make_shared<StaticSchedule>(make_directed_matrix(rule, graph)));
  };
  const Digraph one_way = make_digraph("directed_ring", eight);
  const Digraph uneven = Digraph::from_arcs(3, {{0, 1}, {1, 0}, {1, 2}, {2, 0}});
  EXPECT_EQ(nature("doubly_stochastic", one_way), static_doubly_stochastic);
  EXPECT_EQ(nature("column_stochastic", one_way), static_doubly_stochastic);
  EXPECT_EQ(nature("column_stochastic", uneven), static_column_stochastic);
  EXPECT_EQ(nature("row_stochastic", uneven), static_row_stochastic);
  EXPECT_EQ(of(make_schedule("one_peer_exponential", eight)), changing_directed);
  EXPECT_EQ(of(make_schedule("hypercube_exchange", eight)), changing_symmetric);
  EXPECT_EQ(nature_of(Mixing{}), static_symmetric);
}

TEST(Requirements, ACertifiedTargetNeedsMeans) {
  for (const GraphNature nature : kNatures) {
    const bool means = nature != static_column_stochastic && nature != static_row_stochastic;
    EXPECT_EQ(!target_refusal(nature), means) << to_string(nature);
  }
  EXPECT_NE(target_refusal(static_column_stochastic)->find("use shared.stop.relative_error"),
            std::string::npos);
}

}  // namespace
}  // namespace starling
