#include "node/setup/experiment.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <numeric>

#include "consensus/agreement.h"
#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

Config load(std::vector<std::string> set) {
  ConfigSources sources;
  sources.set = std::move(set);
  return load_config(sources);
}

std::vector<std::string> heart(std::vector<std::string> more) {
  more.push_back("shared.objective.data=" STARLING_SOURCE_DIR "/data/heart_scale.libsvm");
  return more;
}

std::string complaint(std::vector<std::string> set) {
  try {
    const Config config = load(std::move(set));
    const Experiment experiment = make_experiment(config);
    make_objective(config, experiment, 0);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

// An NPY file, version 1.0, of little-endian doubles.
void write_npy(const std::string& path, std::size_t rows, std::size_t columns) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" +
                       std::to_string(rows) + ", " + std::to_string(columns) + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::ofstream out(path, std::ios::binary);
  out << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size()) << '\0' << header;
  for (std::size_t k = 0; k < rows * columns; ++k) {
    const double value = static_cast<double>(k);
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
  }
}

TEST(Experiment, EveryRowHasOneOwnerAndTheSameOneEachTime) {
  const Config config = load(heart({"shared.topology.nodes=7"}));
  const Experiment a = make_experiment(config), b = make_experiment(config);
  std::vector<std::uint64_t> all;
  for (std::uint32_t node = 0; node < 7; ++node) {
    EXPECT_EQ(a.rows[node], b.rows[node]);
    EXPECT_EQ(a.samples[node], static_cast<double>(a.rows[node].size()));
    all.insert(all.end(), a.rows[node].begin(), a.rows[node].end());
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint64_t> expected(270);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
  EXPECT_EQ(a.weights, a.samples);
  const Config by_node =
      load(heart({"shared.topology.nodes=7", "shared.objective.weighting=nodes"}));
  EXPECT_EQ(make_experiment(by_node).weights, std::vector<double>(7, 1.0));
}

// f over all rows is the mean of the shards' f_i weighted by their samples.
TEST(Experiment, ShardsAddUpToThePooledObjective) {
  const auto objective_of = [](const std::string& nodes) {
    return load(heart({"shared.topology.nodes=" + nodes, "shared.objective.l2=0.01"}));
  };
  const Config whole = objective_of("1"), cut = objective_of("4");
  const Experiment one = make_experiment(whole), four = make_experiment(cut);
  const auto pooled = make_objective(whole, one, 0);
  std::vector<double> x(pooled->objective->dimension());
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = 0.1 * static_cast<double>(k) - 0.5;
  double sum = 0;
  for (std::uint32_t node = 0; node < 4; ++node) {
    const auto local = make_objective(cut, four, node);
    sum += four.weights[node] / 270 * local->objective->gradient<double>(x.data(), nullptr);
  }
  EXPECT_NEAR(sum, pooled->objective->gradient<double>(x.data(), nullptr), 1e-14);
}

TEST(Experiment, GivenVectorsGoToTheNodesInTheirOrder) {
  const TemporaryFolder folder;
  write_npy(folder.file("v.npy"), 3, 2);
  const std::vector<std::string> set = {"shared.objective.kind=vectors",
                                        "shared.algorithm.kind=average",
                                        "shared.objective.data=" + folder.file("v.npy")};
  auto three = set;
  three.push_back("shared.topology.nodes=3");
  const Config config = load(three);
  const Experiment experiment = make_experiment(config);
  EXPECT_EQ(experiment.samples, std::vector<double>(3, 1.0));
  for (std::uint32_t node = 0; node < 3; ++node) {
    const auto local = make_objective(config, experiment, node);
    double at_zero[] = {0, 0}, gradient[2];
    local->objective->gradient<double>(at_zero, gradient);  // x - v_i at x = 0
    EXPECT_EQ(-gradient[0], 2.0 * node);
    EXPECT_EQ(-gradient[1], 2.0 * node + 1);
  }
  auto four = set;
  four.push_back("shared.topology.nodes=4");
  EXPECT_NE(complaint(four).find("has 3 rows"), std::string::npos) << complaint(four);
}

TEST(Experiment, AnObjectiveWithoutDataCountsEveryNodeOnce) {
  const Config config = load({"shared.objective.kind=reference_quadratic",
                              "shared.topology.nodes=8", "shared.stop.relative_error=1e-6"});
  const Experiment experiment = make_experiment(config);
  EXPECT_EQ(experiment.weights, std::vector<double>(8, 1.0));
  EXPECT_EQ(make_objective(config, experiment, 7)->objective->dimension(), 10u);
}

TEST(Experiment, AGraphFileSaysItsNodes) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("g.edges"))
      << "# starling topology 1\n# nodes 3\n# directed false\n0 1\n1 2\n";
  const std::vector<std::string> set = {"shared.objective.kind=reference_quadratic",
                                        "shared.topology.file=" + folder.file("g.edges")};
  const Experiment experiment = make_experiment(load(set));
  EXPECT_EQ(experiment.graph.edge_list(), (std::vector<Edge>{{0, 1}, {1, 2}}));
  auto wrong = set;
  wrong.push_back("shared.topology.nodes=4");
  EXPECT_NE(complaint(wrong).find("shared.topology.nodes = 4: the graph has 3"), std::string::npos);
  std::ofstream(folder.file("g.edges")) << "# nodes 3\n0 1\n";
  EXPECT_NE(complaint(set).find("connected"), std::string::npos) << complaint(set);
  std::ofstream(folder.file("g.edges")) << "# nodes 3\n0 1\n1 x\n";
  EXPECT_NE(complaint(set).find("line 3"), std::string::npos) << complaint(set);
  std::ofstream(folder.file("g.edges")) << "# nodes 2\n0 1 0.5\n";
  EXPECT_NE(complaint(set).find("has weights"), std::string::npos) << complaint(set);
}

TEST(Experiment, AWeightFileIsReadCheckedAndNeedsAFile) {
  const TemporaryFolder folder;
  const std::vector<std::string> set = {"shared.objective.kind=reference_quadratic",
                                        "shared.topology.file=" + folder.file("g.edges"),
                                        "shared.topology.weights=file"};
  const auto write = [&](const char* lines) {
    std::ofstream(folder.file("g.edges")) << "# starling topology 1\n# nodes 3\n" << lines;
  };
  write("0 1 0.25\n1 2 0.5\n");
  const Config config = load(set);
  EXPECT_EQ(config.shared.topology.weighted_edges, (std::vector<Edge>{{0, 1}, {1, 2}}));
  EXPECT_EQ(config.shared.topology.edge_weights, (std::vector<double>{0.25, 0.5}));
  const MixingMatrix matrix =
      make_matrix(config.shared, make_experiment(config).graph, std::vector<double>(3, 1.0));
  EXPECT_EQ(matrix.diagonal, (std::vector<double>{0.75, 0.25, 0.5}));
  EXPECT_EQ(matrix.note.rule, "file");

  const auto expect_refusal = [&](const char* lines, const char* words) {
    write(lines);
    EXPECT_NE(complaint(set).find(words), std::string::npos) << complaint(set);
  };
  expect_refusal("0 1 0.25\n1 2 5\n",
                 "edge 1 2 has 5, the largest weight (w_ii of node 1 is -4.25)");
  expect_refusal("0 1 0.25\n1 2 -0.5\n", "edge 1 2 has -0.5, the most negative weight");
  expect_refusal("0 1 0.25\n1 2 nan\n", "line 4: 'nan' is not a weight");
  expect_refusal("0 1 0.25\n1 2\n", "line 4: no weight, where earlier lines have one");
  expect_refusal("0 1 0.25\n1 2 0.5\n2 1 0.4\n", "line 4, with another weight");
  expect_refusal("0 1\n1 2\n", "the edges have no weights");
  EXPECT_NE(complaint({"shared.objective.kind=reference_quadratic", "shared.topology.nodes=3",
                       "shared.topology.weights=file"})
                .find("there is no shared.topology.file"),
            std::string::npos);
}

TEST(Experiment, ANumberOfNodesThatIsNotTheGraphsIsRefused) {
  for (const char* kind : {"torus", "complete_bipartite"}) {
    const std::string message =
        complaint({"shared.objective.kind=reference_quadratic", "shared.topology.rows=3",
                   std::string("shared.topology.kind=") + kind, "shared.topology.columns=4",
                   "shared.topology.nodes=13"});
    EXPECT_TRUE(message.starts_with("shared.topology")) << message;
    EXPECT_NE(message.find("13"), std::string::npos) << message;
  }
}

TEST(Experiment, WhatTheObjectiveRefusesIsNamedAsInTheFile) {
  EXPECT_TRUE(complaint({"shared.objective.kind=reference_quadratic", "shared.topology.nodes=8",
                         "shared.objective.kappa=0.5"})
                  .starts_with("shared.objective.kappa = 0.5: must be"));
  EXPECT_TRUE(complaint(heart({"shared.objective.kind=cnn", "shared.topology.nodes=3",
                               "shared.objective.height=2", "shared.objective.width=7"}))
                  .starts_with("shared.objective.height = 2, shared.objective.width = 7, "
                               "shared.objective.channels = 1: must multiply to the 13 columns"));
  EXPECT_NE(complaint(heart({"shared.topology.nodes=3", "shared.stop.relative_error=1e-3"}))
                .find("shared.stop.relative_error = 0.001"),
            std::string::npos);
  EXPECT_NE(complaint({"shared.topology.nodes=3", "shared.objective.data=/nowhere"}), "");
  EXPECT_NE(complaint(heart({"shared.topology.nodes=271"})), "") << "more nodes than rows";
  EXPECT_NE(complaint({"shared.objective.kind=reference_quadratic", "shared.topology.nodes=3",
                       "shared.topology.degree=2"})
                .find("degree"),
            std::string::npos);
}

TEST(Experiment, TestDataThatCannotBeReadAreRefusedBeforeTheRun) {
  TemporaryFolder folder;
  const std::string good = folder.write("good", "+1 1:0.5 2:1\n-1 3:1\n");
  const auto told = [&](const std::string& file, const std::string& kind) {
    return complaint(heart({"shared.topology.kind=ring", "shared.topology.nodes=3",
                            "shared.objective.kind=" + kind, "local.test_data=" + file}));
  };
  EXPECT_EQ(told(good, "logistic"), "");
  const std::string other_class = folder.write("class", "+7 1:0.5\n");
  for (const std::string& bad : {other_class, std::string("/nowhere/rows")}) {
    EXPECT_NE(told(bad, "logistic").find("local.test_data = \"" + bad + "\": "), std::string::npos)
        << told(bad, "logistic");
  }
  EXPECT_NE(told(good, "least_squares").find("least_squares predicts no classes"),
            std::string::npos);
}

TEST(Experiment, MiniBatchesNeedRowsToDrawFrom) {
  const std::string batch = "shared.algorithm.batch=11";
  EXPECT_EQ(complaint(heart({batch, "shared.topology.nodes=4"})), "");
  EXPECT_TRUE(
      complaint({batch, "shared.topology.nodes=4", "shared.objective.kind=reference_quadratic"})
          .starts_with("shared.algorithm.batch = 11: reference_quadratic takes no mini-batches"));
}

TEST(Experiment, LocalStepsAreRefusedWithTheAlgorithmsThatTakeThem) {
  const Config config = load(heart({"shared.topology.nodes=4", "shared.algorithm.local_steps=5",
                                    "shared.algorithm.kind=extra"}));
  try {
    make_experiment(config);
    FAIL() << "accepted";
  } catch (const SettingsError& error) {
    EXPECT_STREQ(error.what(),
                 "shared.algorithm.local_steps = 5: \"extra\" takes one gradient step between two "
                 "mixings; those that can are dgd_atc, exact_diffusion, k_gt");
  }
}

TEST(Experiment, DataIsAdoptedOnlyWhereEveryRowCountsOnce) {
  const std::string adopt = "shared.membership.on_death=adopt";
  EXPECT_EQ(complaint(heart({adopt, "shared.topology.nodes=4"})), "");
  const std::string nodes =
      complaint(heart({adopt, "shared.topology.nodes=4", "shared.objective.weighting=nodes"}));
  EXPECT_NE(nodes.find("needs shared.objective.weighting = \"samples\""), std::string::npos)
      << nodes;
  const std::string none =
      complaint({adopt, "shared.topology.nodes=4", "shared.objective.kind=reference_quadratic"});
  EXPECT_NE(none.find("reference_quadratic has no rows"), std::string::npos) << none;
}

}  // namespace
}  // namespace starling
