#include "node/files/run_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "node/files/safetensors.h"
#include "tests/node/temporary_folder.h"
#include "topology/edge_list.h"

namespace starling {
namespace {

TEST(RunFolder, HoldsWhatTheContractNames) {
  const TemporaryFolder folder;
  const std::string run = folder.file("a/b");
  const RunFolder run_folder(run);
  ConfigSources sources;
  sources.set = {"shared.objective.kind=reference_quadratic", "shared.topology.nodes=4"};
  const Config config = load_config(sources);
  run_folder.write_config(config);
  run_folder.write_topology(Graph::from_edges(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}}));
  run_folder.write_summary(R"({"status":"converged"})");
  EXPECT_EQ(read_all(run + "/config.toml"), print_config(config));
  EXPECT_EQ(read_edge_list(read_all(run + "/topology.edges")).graph.edges(), 4u);
  EXPECT_EQ(read_all(run + "/summary.json"), "{\"status\":\"converged\"}\n");

  NodeFolder node(run, 3);
  node.append_metrics(R"({"step":1})");
  EXPECT_EQ(read_all(run + "/node-3/metrics.jsonl"), "{\"step\":1}\n") << "at once, not at exit";
  node.append_metrics(R"({"step":2})");
  EXPECT_EQ(read_all(run + "/node-3/metrics.jsonl"), "{\"step\":1}\n{\"step\":2}\n");
  const std::uint64_t rows[] = {2, 30, 400};
  node.write_samples(rows);
  EXPECT_EQ(read_all(run + "/node-3/samples"), "2\n30\n400\n");
  node.write_summary("{}");
  EXPECT_EQ(read_all(run + "/node-3/summary.json"), "{}\n");
  const float x[] = {1.5f, -2.0f};
  node.write_model(std::span<const float>(x));
  const Tensor tensor = read_safetensors(node.file("model.safetensors")).tensor("x");
  EXPECT_EQ(tensor.dtype, "F32");
  EXPECT_EQ(tensor.values(), (std::vector<double>{1.5, -2.0}));
}

TEST(RunFolder, ANewRunBeginsItsMetricsAnewARestartedNodeGoesOn) {
  const TemporaryFolder folder;
  { NodeFolder(folder.file("r"), 0).append_metrics("1"); }
  { NodeFolder(folder.file("r"), 0).append_metrics("2"); }
  EXPECT_EQ(read_all(folder.file("r/node-0/metrics.jsonl")), "2\n");
  { NodeFolder(folder.file("r"), 0, NodeFolder::Metrics::append).append_metrics("3"); }
  EXPECT_EQ(read_all(folder.file("r/node-0/metrics.jsonl")), "2\n3\n");
}

TEST(RunFolder, AFullDiskIsReportedWithPathAndReason) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("r/node-0"));
  const std::string metrics = folder.file("r/node-0/metrics.jsonl");
  std::filesystem::create_symlink("/dev/full", metrics);
  NodeFolder node(folder.file("r"), 0);
  try {
    node.append_metrics("{}");
    FAIL() << "written to a full disk";
  } catch (const RunError& error) {
    EXPECT_EQ(error.what(), "cannot write " + metrics + ": No space left on device");
  }
}

TEST(RunFolder, AFileWhereAFolderShouldBeIsReported) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("r")) << "no folder";
  EXPECT_THROW(RunFolder(folder.file("r")), RunError);
  EXPECT_THROW(RunFolder(folder.file("r/inside")), RunError);
  EXPECT_THROW(NodeFolder(folder.file("r"), 0), RunError);
}

}  // namespace
}  // namespace starling
