#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "consensus/agreement.h"
#include "topology/generators.h"

namespace starling {
namespace {

Graph path(std::uint64_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return make_graph("path", parameters);
}

const std::vector<double> kEqual{7, 7, 7, 7, 7}, kUnequal{1, 2, 3, 4, 10};

std::string refusal(const Settings& settings, const std::vector<double>& samples) {
  try {
    make_matrix(settings, path(5), samples);
  } catch (const SettingsError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Weights, TheFastestAndAutoKeepTheMeanThatTheObjectiveAsksFor) {
  for (const char* rule : {"fdla", "fmmc", "auto"}) {
    Settings settings;
    settings.topology.weights = rule;
    EXPECT_EQ(make_matrix(settings, path(5), kEqual).stationary, std::vector<double>(5, 0.2));
    EXPECT_EQ(make_matrix(settings, path(5), kUnequal).stationary[4], 0.5);
    settings.objective.weighting = "nodes";
    EXPECT_EQ(make_matrix(settings, path(5), kUnequal).stationary, std::vector<double>(5, 0.2));
  }
}

TEST(Weights, ThatAverageNodesAreRefusedWhereSamplesDiffer) {
  for (const char* rule : {"metropolis", "max_degree", "best_constant", "file"}) {
    Settings settings;
    settings.topology.weights = rule;
    EXPECT_NE(refusal(settings, kUnequal).find("averages nodes"), std::string::npos) << rule;
  }
}

TEST(Weights, AutoIsFastestForAMixAndFarFromMinusOneForASinglePlainStep) {
  Settings settings;
  EXPECT_EQ(make_matrix(settings, path(5), kEqual).note.rule, "fdla");
  settings.mixing.acceleration = "none";
  EXPECT_EQ(make_matrix(settings, path(5), kEqual).note.rule, "fdla");
  settings.mixing.steps = 1;
  const MixingMatrix plain = make_matrix(settings, path(5), kEqual);
  EXPECT_EQ(plain.note.rule, "metropolis");
  EXPECT_NE(plain.note.why.find("plain gossip"), std::string::npos);
  EXPECT_EQ(make_matrix(settings, path(5), kUnequal).note.rule, "data_weighted");
  settings.mixing.acceleration = "chebyshev";
  EXPECT_EQ(make_matrix(settings, path(5), kEqual).note.rule, "fdla");
}

TEST(Weights, OfAFileHoldOnItsOwnGraphOnly) {
  Settings settings;
  settings.topology.weights = "file";
  settings.topology.weighted_edges = path(5).edge_list();
  settings.topology.edge_weights = {0.5, 0.25, 0.25, 0.5};
  const MixingMatrix matrix = make_matrix(settings, path(5), kEqual);
  EXPECT_EQ(matrix.diagonal, (std::vector<double>{0.5, 0.25, 0.5, 0.25, 0.5}));
  settings.topology.weighted_edges[0] = {0, 2};
  EXPECT_NE(refusal(settings, kEqual).find("another graph"), std::string::npos);
}

}  // namespace
}  // namespace starling
