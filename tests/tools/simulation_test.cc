#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "consensus/algorithms/registry.h"
#include "node/error.h"
#include "node/files/safetensors.h"
#include "tools/sim/list.h"
#include "tools/sim/simulate.h"
#include "tools/sim/summarize.h"

namespace starling {
namespace {

namespace fs = std::filesystem;

// A folder of this test's own, gone with it.
class RunFolders : public ::testing::Test {
 protected:
  RunFolders() {
    std::string name = (fs::temp_directory_path() / "starling-simulation-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~RunFolders() override { fs::remove_all(path_); }
  std::string run(const Config& config, Json* summary = nullptr) {
    SimulateOptions options;
    options.out = (path_ / "run").string();
    const Json made = simulate(config, options);
    if (summary) *summary = made;
    return *options.out;
  }
  fs::path path_;
};

Config config_of(const std::string& toml, const std::vector<std::string>& set = {}) {
  ConfigSources sources;
  sources.text = toml;
  sources.set = set;
  return load_config(sources);
}

const char* kLogistic = R"(
[shared]
name = "test"
[shared.objective]
kind = "reference_logistic"
[shared.topology]
kind = "star"
nodes = 6
[shared.algorithm]
kind = "dgd_atc"
[shared.stop]
steps = 30
)";

Json read_json(const fs::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

// The figures once more, from the files alone and by the formulas of the contract.
TEST_F(RunFolders, SummaryHoldsTheExactFiguresOfTheModels) {
  for (const char* precision : {"float64", "float32"}) {
    const Config config = config_of(kLogistic, {std::string("shared.precision=") + precision});
    const fs::path folder = run(config);
    const Json summary = read_json(folder / "summary.json");
    Config exact = config;
    exact.shared.precision = Precision::float64;
    const Experiment experiment = make_experiment(exact);
    std::vector<std::unique_ptr<LocalObjective>> objectives;
    std::vector<Eigen::VectorXd> x;
    for (std::uint32_t i = 0; i < 6; ++i) {
      objectives.push_back(make_objective(exact, experiment, i));
      const auto values =
          read_safetensors((folder / ("node-" + std::to_string(i)) / "model.safetensors").string())
              .tensor("x")
              .values();
      x.push_back(Eigen::Map<const Eigen::VectorXd>(values.data(),
                                                    static_cast<Eigen::Index>(values.size())));
    }
    const auto f = [&](const Eigen::VectorXd& at, Eigen::VectorXd* gradient) {
      double value = 0;
      Eigen::VectorXd part(at.size());
      if (gradient) gradient->setZero(at.size());
      for (auto& objective : objectives) {
        value += objective->objective->gradient<double>(at.data(), part.data()) / 6;
        if (gradient) *gradient += part / 6;
      }
      return value;
    };
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(x[0].size()), gradient;
    for (const auto& xi : x) mean += xi / 6;
    double worst = 0, spread = 0;
    for (const auto& xi : x) {
      worst = std::max(worst, f(xi, nullptr));
      spread += (xi - mean).squaredNorm() / 6;
    }
    EXPECT_NEAR(summary["objective"], f(mean, &gradient), 1e-14);
    EXPECT_NEAR(summary["gradient_norm"], gradient.norm(), 1e-14);
    EXPECT_NEAR(summary["objective_worst"], worst, 1e-14);
    EXPECT_NEAR(summary["consensus_error"], std::sqrt(spread), 1e-14);
    EXPECT_GT(summary["consensus_error"], 1e-4);
    EXPECT_EQ(summary["status"], "stopped");
    EXPECT_EQ(summary["steps"], 30);
    EXPECT_EQ(summary["views"].size(), 1u);
    EXPECT_EQ(summary["views"][0]["members"].size(), 6u);
    EXPECT_EQ(summary["nodes_detail"].size(), 6u);
    EXPECT_GT(summary["contraction"]["measured"], 0);
    EXPECT_LE(summary["contraction"]["measured"].get<double>(),
              summary["contraction"]["predicted"].get<double>() *
                  (precision == std::string("float32") ? 1.01 : 1 + 1e-6));
  }
}

// One code path: summarising the folder again gives what the run itself returned.
TEST_F(RunFolders, SummarizeGivesTheSameAgainFromTheFiles) {
  for (const char* precision : {"float64", "float32"}) {
    Json made;
    const std::string folder =
        run(config_of(kLogistic, {std::string("shared.precision=") + precision}), &made);
    EXPECT_EQ(made, read_json(fs::path(folder) / "summary.json"));
    EXPECT_EQ(summarize_folder(folder), made);
    EXPECT_EQ(made, read_json(fs::path(folder) / "summary.json"));
  }
}

TEST_F(RunFolders, HoldsWhatTheContractLists) {
  const fs::path folder = run(config_of(kLogistic));
  for (const char* file : {"summary.json", "config.toml", "topology.edges"})
    EXPECT_TRUE(fs::exists(folder / file)) << file;
  for (int i = 0; i < 6; ++i)
    for (const char* file : {"metrics.jsonl", "model.safetensors", "samples", "summary.json"})
      EXPECT_TRUE(fs::exists(folder / ("node-" + std::to_string(i)) / file)) << i << file;
  const Json node = read_json(folder / "node-2" / "summary.json");
  for (const char* key :
       {"id", "status", "step", "steps", "gossip_steps", "bytes_sent", "control_bytes_sent",
        "wall_seconds", "objective", "gradient_bound", "views", "exit_code"})
    EXPECT_TRUE(node.contains(key)) << key;
}

TEST_F(RunFolders, ANodeWithoutAModelIsLeftOutAndAnUnfinishedRunHasFailed) {
  const fs::path folder = run(config_of(kLogistic));
  fs::remove_all(folder / "node-3");
  const Json summary = summarize_folder(folder.string());
  EXPECT_EQ(summary["status"], "failed");
  EXPECT_EQ(summary["nodes_detail"][3]["status"], "missing");
  EXPECT_TRUE(summary["objective"].is_number());
  EXPECT_TRUE(summary["contraction"]["measured"].is_null());
  for (int i = 0; i < 6; ++i) fs::remove_all(folder / ("node-" + std::to_string(i)));
  EXPECT_TRUE(summarize_folder(folder.string())["objective"].is_null());
}

TEST_F(RunFolders, DamagedFilesAreNamed) {
  const fs::path folder = run(config_of(kLogistic));
  const auto expect_named = [&](const std::string& name) {
    try {
      summarize_folder(folder.string());
      FAIL() << "accepted a damaged " << name;
    } catch (const RunError& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  };
  std::ofstream(folder / "node-1" / "summary.json") << "{";
  expect_named("node-1/summary.json");
  fs::remove(folder / "node-1" / "summary.json");
  fs::resize_file(folder / "node-2" / "model.safetensors", 40);
  expect_named("node-2/model.safetensors");
  EXPECT_THROW(summarize_folder((path_ / "nothing").string()), RunError);
}

// Samples count once each, in the run and in the summary.
TEST_F(RunFolders, UnequalShardsAreWeightedBySamples) {
  std::ofstream data(path_ / "data.libsvm");
  for (int row = 0; row < 40; ++row)
    data << (row % 3 ? 1 : -1) << " 1:" << 0.1 * row << " 2:" << (row * 7) % 5 << "\n";
  data.close();
  const std::string toml =
      "[shared.objective]\nkind = \"logistic\"\nl2 = 0.1\ndata = \"" +
      (path_ / "data.libsvm").string() +
      "\"\npartition = \"sizes:powerlaw\"\n[shared.topology]\nkind = \"ring\"\nnodes = 5\n"
      "[shared.algorithm]\nkind = \"gradient_tracking\"\n[shared.stop]\nsteps = "
      "20000\ngradient_norm = 1e-10\n";
  Json summary;
  run(config_of(toml), &summary);
  EXPECT_EQ(summary["status"], "converged");
  EXPECT_LT(summary["gradient_norm"], 1e-10);
  EXPECT_TRUE(summary["accuracy"]["train"].is_number());
  EXPECT_TRUE(summary["accuracy"]["test"].is_null());
  std::uint64_t least = 40, total = 0;
  for (const Json& node : summary["nodes_detail"]) {
    least = std::min(least, node["samples"].get<std::uint64_t>());
    total += node["samples"].get<std::uint64_t>();
  }
  EXPECT_EQ(total, 40u);
  EXPECT_LT(least, 8u);
  // The same optimum on one node that holds all rows.
  Json alone;
  run(config_of(toml, {"shared.topology.nodes=1", "shared.topology.kind=path"}), &alone);
  EXPECT_NEAR(alone["objective"].get<double>(), summary["objective"].get<double>(), 1e-12);
}

TEST(Simulate, EndsWhenTheTimeIsSpent) {
  const Json summary = simulate(
      config_of(kLogistic, {"shared.stop.steps=100000000", "shared.stop.seconds=0.05"}), {});
  EXPECT_EQ(summary["status"], "stopped");
  EXPECT_LT(summary["steps"].get<double>(), 1e8);
  EXPECT_EQ(
      simulate(config_of(kLogistic, {"shared.stop.steps=100000000", "shared.stop.seconds=0.05",
                                     "shared.stop.gradient_norm=1e-300"}),
               {})["status"],
      "budget");
}

TEST(Simulate, AStopRequestedBySignalIsAgreed) {
  const volatile std::sig_atomic_t caught = SIGINT;
  SimulateOptions options;
  options.signal = &caught;
  const Json summary = simulate(config_of(kLogistic, {"shared.stop.steps=100000000"}), options);
  EXPECT_EQ(summary["status"], "stopped");
  EXPECT_LT(summary["steps"].get<double>(), 100);
}

TEST(List, HoldsEveryRegisteredName) {
  const Json lists = Json::parse(list_registries("", true));
  EXPECT_EQ(lists["algorithms"].size(), algorithms().size());
  EXPECT_EQ(lists["mixers"].size(), mixers().size());
  EXPECT_EQ(lists["objectives"].size(), objectives().size());
  for (const AlgorithmEntry& entry : algorithms())
    EXPECT_NE(list_registries("algorithms", false).find(entry.name), std::string::npos);
  EXPECT_EQ(Json::parse(list_registries("compressors", true)),
            Json::parse(R"({"compressors": []})"));
}

TEST(List, AnUnknownCategoryIsRefusedWithTheNearest) {
  try {
    list_registries("mixer", false);
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("mixers"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace starling
