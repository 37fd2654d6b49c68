// starling-topology on schedules, as a user sees it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "topology/schedule.h"
#include "topology/schedule_file.h"

namespace starling {
namespace {

namespace fs = std::filesystem;

struct Result {
  int code = -1;
  std::string out, error;
};

class ScheduleTool : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("starling_schedule_test_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string read(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  Result run(const std::string& arguments) const {
    const std::string command = std::string(STARLING_BINARY_DIR) + "/bin/starling-topology " +
                                arguments + " >" + path("out") + " 2>" + path("err");
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(path("out")), read(path("err"))};
  }
  nlohmann::json inspect(const std::string& arguments) const {
    const Result result = run("inspect " + arguments + " --json");
    EXPECT_EQ(result.code, 0) << result.error;
    return nlohmann::json::parse(result.out);
  }
  void expect_usage_error(const std::string& arguments, const std::string& part) const {
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_NE(result.error.find(part), std::string::npos) << arguments << ": " << result.error;
    EXPECT_EQ(std::count(result.error.begin(), result.error.end(), '\n'), 1) << result.error;
  }

  fs::path folder_;
};

TEST_F(ScheduleTool, ListsEveryKind) {
  const auto all = nlohmann::json::parse(run("list --json").out);
  const std::string text = run("list").out;
  ASSERT_EQ(all["schedules"].size(), schedule_kinds().size());
  for (const ScheduleKind& kind : schedule_kinds())
    EXPECT_NE(text.find(kind.name), std::string::npos) << kind.name;
}

TEST_F(ScheduleTool, InspectPrintsTheContractedFields) {
  const auto base = inspect("base_graph --nodes 25 --degree 2");
  EXPECT_EQ(base["nodes"], 25);
  EXPECT_EQ(base["period"], 6);
  EXPECT_EQ(base["exact_after"], 6);
  EXPECT_EQ(base["exact_from_any"], 11);
  EXPECT_EQ(base["rate"], 0);
  EXPECT_EQ(base["symmetric"], true);
  EXPECT_EQ(base["degree_round_max"], 2);
  EXPECT_EQ(base["connected"], true);
  EXPECT_EQ(base["steps_to_1e-6"]["plain"], 6);
  EXPECT_TRUE(base["steps_to_1e-6"]["chebyshev"].is_null());
  EXPECT_EQ(base["chebyshev"].get<std::string>().substr(0, 8), "refused:");

  const auto matching = inspect("random_matching --nodes 8");
  EXPECT_TRUE(matching["period"].is_null());
  EXPECT_TRUE(matching["exact_after"].is_null());
  EXPECT_EQ(matching["links"], 28);
  EXPECT_NEAR(matching["rate"].get<double>(), std::sqrt(6.0 / 14), 1e-14);
  EXPECT_EQ(matching["steps_to_1e-6"]["plain"], std::ceil(std::log(1e-6) * 2 / std::log(6.0 / 14)));

  const auto peers = inspect("one_peer_exponential --nodes 16");
  EXPECT_EQ(peers["symmetric"], false);
  EXPECT_EQ(peers["exact_after"], 4);
  EXPECT_EQ(peers["links"], 16 + 16 + 16 + 8);
  EXPECT_EQ(inspect("laplacian_factors --nodes 8 --graphs ring")["exact_after"], 4);
}

TEST_F(ScheduleTool, WhatGenerateWritesInspectReadsWithTheSameFindings) {
  const std::string file = path("a.schedule");
  for (const char* subject : {"base_graph --nodes 7 --degree 2", "one_peer_exponential --nodes 12",
                              "alternating --nodes 12 --graphs ring,torus --weights max_degree",
                              "laplacian_factors --rows 3 --cols 5 --graphs complete_bipartite"}) {
    ASSERT_EQ(run(std::string("generate ") + subject + " --output " + file).code, 0) << subject;
    auto kind = inspect(subject), read = inspect(file);
    EXPECT_NEAR(kind["rate"].get<double>(), read["rate"].get<double>(), 1e-10) << subject;
    EXPECT_EQ(kind["exact_after"], read["exact_after"]) << subject;
    for (const char* key : {"nodes", "symmetric", "period", "links", "degree_round_max"})
      EXPECT_EQ(kind[key], read[key]) << subject << " " << key;
    EXPECT_EQ(read["schedule"], "file");
  }
  ASSERT_EQ(run("generate od_equidyn --nodes 5 --rounds 3 --seed 4 --output " + file).code, 0);
  EXPECT_NE(read(file).find("# kind od_equidyn nodes 5 seed 4\n# round 0\n"), std::string::npos);
  EXPECT_EQ(inspect(file)["period"], 3);
}

TEST_F(ScheduleTool, GraphsOfAnAlternationMayBeFiles) {
  std::ofstream(path("one.edges")) << "0 1\n1 2\n2 3\n";
  std::ofstream(path("two.edges")) << "0 2 0.5\n1 3 0.5\n";
  const auto report =
      inspect("alternating --graphs " + path("one.edges") + "," + path("two.edges"));
  EXPECT_EQ(report["nodes"], 4);
  EXPECT_EQ(report["links"], 5);
  EXPECT_LT(report["rate"].get<double>(), 1);
}

TEST_F(ScheduleTool, MistakesAreOneLine) {
  expect_usage_error("inspect base_grap --nodes 5", "did you mean 'base_graph'");
  expect_usage_error("inspect base_graph --nodes 5 --rounds 2", "--rounds is not read by inspect");
  expect_usage_error("generate od_equidyn --nodes 5", "has no period; allowed: --rounds R");
  expect_usage_error("generate od_equidyn --nodes 5 --rounds 0", "allowed: 1..1000000");
  expect_usage_error("generate ring --nodes 5 --rounds 3", "--rounds is read for schedules only");
  expect_usage_error("generate ring --nodes 5 --weights metropolis", "allowed: weigh");
  expect_usage_error("inspect ring --nodes 5 --graphs ring", "--graphs is read for schedules only");
  expect_usage_error("weigh base_graph --nodes 5 --weights metropolis",
                     "is a schedule; allowed: generate, inspect");
  expect_usage_error("inspect od_equidyn --nodes 5 --weights metropolis", "does not read weights");
  expect_usage_error("inspect alternating --nodes 5 --graphs ring,rinh", "did you mean 'ring'");
  std::ofstream(path("bad")) << "# nodes 3\n# round 0\n0 1\n# round 1\n0 3\n";
  expect_usage_error("inspect " + path("bad"), "bad: line 5: round 1: node 3 is out of range");
  expect_usage_error("inspect " + path("bad") + " --seed 3", "is a file");
}

}  // namespace
}  // namespace starling
