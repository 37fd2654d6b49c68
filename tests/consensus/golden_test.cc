#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;

nlohmann::json golden() {
  std::ifstream file(STARLING_SOURCE_DIR "/tests/consensus/golden/quadratic_ring8.json");
  return nlohmann::json::parse(file);
}

// The file is written by golden/make_golden.py: numpy, the papers' matrix forms, nothing of ours.
TEST(Golden, ParametersAfterAHundredStepsEqualAnIndependentProgram) {
  const nlohmann::json file = golden();
  ASSERT_GE(file.at("cases").size(), algorithms().size());
  for (const auto& expected : file.at("cases")) {
    const auto algorithm = expected.at("algorithm").get<std::string>();
    Settings settings =
        settings_of(algorithm, expected.at("step_size"),
                    expected.at("acceleration").get<std::string>(), expected.at("mixing_steps"));
    settings.algorithm.local_steps = expected.value("local_steps", 1);
    Scenario<double> scenario(settings, graph_of("ring", 8), kQuadratic);
    const Rows x = state_of(*scenario.after(100), 8);
    for (Eigen::Index i = 0; i < x.rows(); ++i)
      for (Eigen::Index k = 0; k < x.cols(); ++k)
        ASSERT_NEAR(x(i, k),
                    expected.at("x")
                        .at(static_cast<std::size_t>(i))
                        .at(static_cast<std::size_t>(k))
                        .get<double>(),
                    1e-12)
            << algorithm << " " << expected.at("acceleration") << " node " << i << " coordinate "
            << k;
  }
}

TEST(Golden, HoldsEveryAlgorithmOfUndirectedGraphs) {
  std::set<std::string> held;
  const nlohmann::json file = golden();
  for (const auto& expected : file.at("cases")) held.insert(expected.at("algorithm"));
  // The file's graphs are undirected; directed_algorithms_test holds the others to its own
  // executor.
  for (const AlgorithmEntry& entry : algorithms())
    if (entry.needs != GraphNeed::column_stochastic) {
      EXPECT_TRUE(held.contains(std::string(entry.name))) << entry.name;
    }
}

}  // namespace
}  // namespace starling
