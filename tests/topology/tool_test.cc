// starling-topology through its command line, as a user sees it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>
#include <string>

#include "topology/edge_list.h"
#include "topology/generators.h"
#include "topology/mixing_matrix.h"

namespace starling {
namespace {

namespace fs = std::filesystem;

struct Result {
  int code = -1;
  std::string out, error;
};

class Tool : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("starling_tool_test_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
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
  // One line to stderr, nothing to stdout, exit code 2.
  void expect_usage_error(const std::string& arguments, const std::string& part) const {
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_NE(result.error.find(part), std::string::npos) << arguments << ": " << result.error;
    EXPECT_EQ(std::count(result.error.begin(), result.error.end(), '\n'), 1) << result.error;
    EXPECT_TRUE(result.error.starts_with("starling-topology: ")) << result.error;
  }

  fs::path folder_;
};

TEST_F(Tool, InspectPrintsTheContractedFields) {
  const auto ring = inspect("ring --nodes 64");
  EXPECT_EQ(ring["nodes"], 64);
  EXPECT_EQ(ring["edges"], 64);
  EXPECT_EQ(ring["degree_min"], 2);
  EXPECT_EQ(ring["degree_max"], 2);
  EXPECT_EQ(ring["diameter"], 32);
  EXPECT_EQ(ring["connected"], true);
  EXPECT_EQ(ring["weights"], "metropolis");
  const double gap = 2.0 / 3 * (1 - std::cos(2 * std::numbers::pi / 64));
  EXPECT_NEAR(ring["lambda_2"].get<double>(), 1 - gap, 1e-9);
  EXPECT_NEAR(ring["lambda_n"].get<double>(), -1.0 / 3, 1e-9);
  EXPECT_NEAR(ring["slem"].get<double>(), 1 - gap, 1e-9);
  EXPECT_NEAR(ring["spectral_gap"].get<double>(), gap, 1e-9);
  EXPECT_EQ(ring["steps_to_1e-6"]["plain"], 4297);
  EXPECT_EQ(ring["steps_to_1e-6"]["chebyshev"], 148);
  // K of "auto": the least with 1 / cosh(K acosh xi) <= 0.05, xi = (2 - a - b) / (b - a).
  const double xi = (1 + 1.0 / 3 + gap) / (1 + 1.0 / 3 - gap);
  EXPECT_EQ(ring["mixing_steps"], std::ceil(std::acosh(20.0) / std::acosh(xi)));
  for (const auto& [kind, plain, chebyshev] :
       {std::tuple{"star", 878, 58}, {"grid", 421, 50}, {"torus", 111, 27}}) {
    const auto report = inspect(std::string(kind) + " --nodes 64");
    EXPECT_EQ(report["steps_to_1e-6"]["plain"], plain) << kind;
    EXPECT_EQ(report["steps_to_1e-6"]["chebyshev"], chebyshev) << kind;
  }
  const auto grid = inspect("grid --rows 4 --cols 9");
  EXPECT_NEAR(grid["laplacian"]["l_2"].get<double>(), 2 - 2 * std::cos(std::numbers::pi / 9), 1e-9);
  const auto bipartite = inspect("complete_bipartite --rows 3 --cols 5");
  EXPECT_NEAR(bipartite["laplacian"]["l_2"].get<double>(), 3, 1e-9);
  EXPECT_NEAR(bipartite["spectral_gap"].get<double>(), 0.5, 1e-9);
  const auto one = inspect("ring --nodes 1");
  EXPECT_EQ(one["diameter"], 0);
  EXPECT_EQ(one["steps_to_1e-6"]["plain"], 0);
}

TEST_F(Tool, InspectSaysWhatAHugeGraphCost) {
  const Result result = run("inspect ring --nodes=100000 --json");
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.error.find("peak_memory_mib="), std::string::npos);
  EXPECT_NE(result.error.find(" seconds="), std::string::npos);
  const double sine = std::sin(std::numbers::pi / 100'000);
  const double gap = nlohmann::json::parse(result.out)["spectral_gap"].get<double>();
  EXPECT_NEAR(gap / (4.0 / 3 * sine * sine), 1, 1e-9);
  EXPECT_EQ(run("inspect ring --nodes 100").error, "");
}

TEST_F(Tool, GenerateWritesTheGraphOfTheLibraryAndInspectReadsIt) {
  const std::string file = path("graph.edges");
  ASSERT_EQ(run("generate regular --nodes 20 --degree 4 --seed 7 --output " + file).code, 0);
  GraphParameters parameters;
  parameters.nodes = 20;
  parameters.degree = 4;
  parameters.seed = 7;
  EXPECT_EQ(read_edge_list(read(file)).graph.edge_list(),
            make_graph("regular", parameters).edge_list());
  EXPECT_NE(read(file).find("# kind regular nodes 20 degree 4 seed 7\n"), std::string::npos);
  EXPECT_EQ(run("generate regular --nodes 20 --degree 4 --seed 7").out, read(file));
  EXPECT_EQ(inspect(file), inspect("regular --nodes 20 --degree 4 --seed 7"));
}

TEST_F(Tool, WeighWritesWeightsThatInspectTakesFromTheFile) {
  const std::string plain = path("plain.edges"), weighted = path("weighted.edges");
  ASSERT_EQ(run("generate grid --nodes 12 --output " + plain).code, 0);
  ASSERT_EQ(run("weigh " + plain + " --weights max_degree --output " + weighted).code, 0);
  auto from_file = inspect(weighted), from_rule = inspect(plain + " --weights max_degree");
  EXPECT_EQ(from_file["weights"], "file");
  from_file.erase("weights");
  from_rule.erase("weights");
  EXPECT_EQ(from_file, from_rule);
  const Result market = run("weigh " + plain + " --weights data_weighted --samples " +
                            "1,2,3,4,5,6,7,8,9,10,11,12 --output " + path("w.mtx"));
  EXPECT_EQ(market.code, 0) << market.error;
  EXPECT_TRUE(read(path("w.mtx")).starts_with("%%MatrixMarket matrix coordinate real general"));
  expect_usage_error(
      "weigh " + plain + " --weights data_weighted --samples 1,2,3,4,5,6,7,8,9,1,1,2",
      "Matrix Market");
}

TEST_F(Tool, ConvertWritesEveryFormatAndReadsDecentralizepy) {
  const std::string file = write("theirs.edges", "3\n0 1\n1 0\n1 2\n2 1\n");
  EXPECT_NE(run("convert " + file + " --to edges").out.find("# nodes 3\n"), std::string::npos);
  EXPECT_TRUE(run("convert " + file + " --to dot").out.starts_with("graph starling {"));
  EXPECT_NE(run("convert " + file + " --to graphml").out.find("<graphml"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(run("convert " + file + " --to json").out)["links"].size(), 2u);
  EXPECT_NE(run("convert " + file + " --to mtx").out.find("3 3 4\n"), std::string::npos);
  expect_usage_error("convert " + file + " --to grahml", "did you mean 'graphml'?");
}

TEST_F(Tool, ListNamesEveryKindAndRule) {
  const Result text = run("list");
  const auto json = nlohmann::json::parse(run("list --json").out);
  for (const GraphKind& kind : graph_kinds())
    EXPECT_NE(text.out.find("  " + std::string(kind.name) + " "), std::string::npos) << kind.name;
  for (const WeightRule& rule : weight_rules())
    EXPECT_NE(text.out.find("  " + std::string(rule.name) + " "), std::string::npos) << rule.name;
  EXPECT_EQ(json["kinds"].size(), graph_kinds().size());
  EXPECT_EQ(json["weights"].size(), weight_rules().size());
}

TEST_F(Tool, HelpAndVersionGoToStandardOutput) {
  EXPECT_EQ(run("--help").code, 0);
  EXPECT_TRUE(run("--help").out.starts_with("usage: starling-topology"));
  EXPECT_TRUE(run("--version").out.starts_with("starling-topology "));
}

TEST_F(Tool, AnswersMistakesInOneLineWithExitCodeTwo) {
  expect_usage_error("", "no command");
  expect_usage_error("inspct ring", "did you mean 'inspect'?");
  expect_usage_error("inspect rign --nodes 5", "did you mean 'ring'?");
  expect_usage_error("inspect /no/such/file", "neither a file nor a kind");
  expect_usage_error("inspect", "takes one kind or file");
  expect_usage_error("inspect ring", "kind ring needs nodes");
  expect_usage_error("inspect ring --nodes -5", "--nodes = '-5'");
  expect_usage_error("inspect ring --nodes 5x", "--nodes = '5x'");
  expect_usage_error("inspect ring --nodes 99999999999999999999", "--nodes");
  expect_usage_error("inspect ring --nodes", "nodes");
  expect_usage_error("inspect ring --nodse 5", "did you mean 'nodes'?");
  expect_usage_error("inspect ring --node 5", "option --node is unknown");  // no guessing
  expect_usage_error("inspect ring --nodes 5 --nodes 6", "nodes");
  expect_usage_error("inspect ring --nodes 5 --degree 2", "does not read degree");
  expect_usage_error("inspect ring --nodes 5 --to dot", "--to is not read by inspect");
  expect_usage_error("inspect ring --nodes 5 --weights metropolos", "did you mean 'metropolis'?");
  expect_usage_error("inspect ring --nodes 5 --weights data_weighted", "0 sample counts");
  expect_usage_error("inspect hypercube --nodes 6", "powers of two");
  expect_usage_error("list ring", "takes no further word");
  expect_usage_error("weigh ring --nodes 5", "weigh needs --weights");
  const std::string apart = write("apart.edges", "0 1\n2 3\n");
  expect_usage_error("inspect " + apart, "disconnected: node 2");
  expect_usage_error("inspect " + apart + " --nodes 4", "belong to a kind");
  const std::string broken = write("broken.edges", "0 1\n1 two\n");
  expect_usage_error("inspect " + broken, broken + ": line 2: 'two' is not a node number");
}

TEST_F(Tool, FailsWithOneWhenTheResultCannotBeWritten) {
  const Result result = run("generate ring --nodes 5 --output " + path("no/such/folder/x"));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.error.find("cannot be written"), std::string::npos);
  EXPECT_EQ(run("generate ring --nodes 5 --output /dev/full").code, 1);  // a full disk
}

TEST_F(Tool, DirectedGraphsAreListedGeneratedInspectedWeighedAndConverted) {
  const auto all = nlohmann::json::parse(run("list --json").out);
  EXPECT_EQ(all["directed_kinds"].size(), 5u);
  EXPECT_EQ(all["directed_weights"].size(), 3u);
  EXPECT_NE(run("list").out.find("directed_ring"), std::string::npos);

  const std::string ring = path("ring.edges");
  ASSERT_EQ(run("generate directed_ring --nodes 6 --output " + ring).code, 0);
  EXPECT_NE(read(ring).find("# directed true\n# kind directed_ring nodes 6\n0 1\n"),
            std::string::npos);
  for (const std::string& subject : {ring, std::string("directed_ring --nodes 6")}) {
    const auto report = inspect(subject);
    EXPECT_EQ(report["weights"], "doubly_stochastic");
    EXPECT_EQ(report["sums_to_one"], "rows and columns");
    EXPECT_EQ(report["arcs"], 6);
    EXPECT_TRUE(report["strongly_connected"].get<bool>());
    const double slem = std::cos(std::numbers::pi / 6);
    EXPECT_NEAR(report["slem"].get<double>(), slem, 1e-14);
    EXPECT_NEAR(report["norm"].get<double>(), slem, 1e-14);
    EXPECT_EQ(report["steps_to_1e-6"]["plain"].get<int>(),
              std::ceil(std::log(1e-6) / std::log(slem)));
  }

  const std::string uneven = write("uneven.edges", "# directed true\n0 1\n1 0\n1 2\n2 0\n");
  const auto report = inspect(uneven);
  EXPECT_EQ(report["weights"], "column_stochastic");
  EXPECT_TRUE(report["norm"].is_null());
  EXPECT_LT(report["perron"]["min"].get<double>(), 1.0 / 3);
  EXPECT_GT(report["perron"]["max"].get<double>(), 1.0 / 3);
  const std::string weighed = path("weighed.edges");
  ASSERT_EQ(run("weigh " + uneven + " --weights column_stochastic --output " + weighed).code, 0);
  const auto again = inspect(weighed);
  EXPECT_EQ(again["weights"], "file");
  // The diagonal is what is left to one: another rounding.
  EXPECT_NEAR(again["slem"].get<double>(), report["slem"].get<double>(), 1e-14);

  EXPECT_NE(run("convert " + uneven + " --to dot").out.find("1 -> 2"), std::string::npos);
  EXPECT_NE(run("convert " + uneven + " --to graphml").out.find("edgedefault=\"directed\""),
            std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(run("convert " + uneven + " --to json").out)["directed"]);
  // Row 3, column 2: what node 2 takes of node 1, which has two targets.
  EXPECT_NE(run("convert " + weighed + " --to mtx").out.find("\n3 2 0.3333333333333333"),
            std::string::npos);
}

TEST_F(Tool, DirectedMistakesAreOneLine) {
  const std::string uneven = write("uneven.edges", "# directed true\n0 1\n1 0\n1 2\n2 0\n");
  expect_usage_error("inspect " + uneven + " --weights doubly_stochastic",
                     "node 0 has 2 sources and 1 targets");
  expect_usage_error("inspect " + uneven + " --weights metropolis",
                     "is no rule for a directed graph");
  expect_usage_error("inspect " + uneven + " --nodes 3", "is a file");
  expect_usage_error("inspect " + uneven + " --samples 1,2,3", "--samples is not read");
  expect_usage_error("weigh " + uneven + " --weights row_stochastic", "Matrix Market");
  expect_usage_error("convert " + uneven + " --to dott", "did you mean 'dot'");
  expect_usage_error("generate directed_ring --nodes 3 --degree 2", "does not read degree");
  expect_usage_error("generate directed_rin --nodes 3", "did you mean 'directed_ring'");
  const std::string parted = write("parted.edges", "# directed true\n0 1\n1 0\n1 2\n");
  expect_usage_error("inspect " + parted, "nothing of node 2 reaches node 0");
  expect_usage_error("inspect " + write("bad.edges", "# directed true\n0 1\n0 1\n"),
                     "bad.edges: line 3: arc 0 1 stands already in line 2");
}

}  // namespace
}  // namespace starling
