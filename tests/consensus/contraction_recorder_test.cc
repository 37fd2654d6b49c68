#include <gtest/gtest.h>

#include "tests/consensus/scenario.h"

namespace starling {
namespace {

using namespace testing;
using Records = std::vector<ContractionRecorder::Record>;

TEST(ContractionRecorder, KeepsTheSameStreamsOnEveryNodeHoweverManyMixes) {
  ContractionRecorder recorder;
  const std::vector<double> values(100, 1.0);
  for (std::uint32_t stream = 0; stream < 20000; ++stream) {
    recorder.before<double>(stream, values);
    recorder.after<double>(stream, values);
  }
  const Records& records = recorder.records();
  ASSERT_LE(records.size(), ContractionRecorder::kRecords);
  ASSERT_GE(records.size(), ContractionRecorder::kRecords / 4);
  const std::uint32_t stride = records[1].stream;
  for (std::size_t r = 0; r < records.size(); ++r) {
    EXPECT_EQ(records[r].stream, r * stride);
    EXPECT_TRUE(records[r].finished);
  }
  EXPECT_GE(records.back().stream + stride, 20000u);
}

// Settling mixes of nothing between the others, as stop.relative_error has them.
TEST(ContractionRecorder, IsNotEmptiedByMixesOfNothingBetween) {
  ContractionRecorder recorder;
  const std::vector<double> values(3, 1.0), nothing;
  for (std::uint32_t stream = 0; stream < 5000; ++stream) {
    recorder.before<double>(stream, stream % 2 ? values : nothing);
    recorder.after<double>(stream, stream % 2 ? values : nothing);
  }
  ASSERT_GE(recorder.records().size(), ContractionRecorder::kRecords / 4);
  for (const auto& record : recorder.records()) EXPECT_EQ(record.stream % 2, 1u);
}

class EveryMixer : public ::testing::TestWithParam<MixerEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryMixer,
                         ::testing::ValuesIn(mixers().begin(), mixers().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

// The input is the eigenvector of W whose eigenvalue the mixer damps least.
TEST_P(EveryMixer, MeasuredContractionInTheWorstDirectionIsThePredictedOne) {
  for (const auto& [name, graph] : spread_of_graphs()) {
    if (graph.nodes() == 1) continue;
    for (const bool weighted : {false, true})
      for (const int steps : {1, 3, 6}) {
        const auto samples =
            weighted ? uneven_samples(graph.nodes()) : std::vector<double>(graph.nodes(), 1.0);
        const Rows identity = Rows::Identity(graph.nodes(), graph.nodes());
        const Settings settings = settings_of("average", 0, acceleration_of(GetParam()), steps);
        Scenario<double> probe(settings, graph, R"({"kind":"vectors"})", samples, &identity);
        const Rows p = state_of(*probe.after(1), graph.nodes());
        const auto& pi = probe.agreement.matrix.stationary;
        const Eigen::Map<const Eigen::VectorXd> stationary(pi.data(),
                                                           static_cast<Eigen::Index>(pi.size()));
        const Eigen::VectorXd root = stationary.cwiseSqrt();
        const Eigen::MatrixXd off = root.asDiagonal() *
                                    (p - Rows::Ones(p.rows(), 1) * stationary.transpose()) *
                                    root.cwiseInverse().asDiagonal();
        const Eigen::JacobiSVD<Eigen::MatrixXd> svd(off, Eigen::ComputeFullV);
        const Rows worst = root.cwiseInverse().asDiagonal() * svd.matrixV().col(0);
        Scenario<double> scenario(settings, graph, R"({"kind":"vectors"})", samples, &worst);
        const auto executor = scenario.after(1);
        std::vector<Records> records;
        for (NodeId i = 0; i < graph.nodes(); ++i)
          records.push_back(executor->peer(i).recorder().records());
        EXPECT_NEAR(measured_contraction(records, pi, 1e-9), scenario.agreement.mix.contraction,
                    1e-11)
            << name << " steps " << steps << " weighted " << weighted;
      }
  }
}

TEST_P(EveryMixer, MeasuredContractionNeverExceedsThePredictedOne) {
  for (const auto& [name, graph] : spread_of_graphs())
    for (const AlgorithmEntry& algorithm : algorithms()) {
      Scenario<double> scenario(settings_of(algorithm.name, 0, acceleration_of(GetParam()), 4),
                                graph, kQuadratic, uneven_samples(graph.nodes()));
      const auto executor = scenario.after(60);
      std::vector<Records> records;
      for (NodeId i = 0; i < graph.nodes(); ++i)
        records.push_back(executor->peer(i).recorder().records());
      EXPECT_LE(measured_contraction(records, scenario.agreement.matrix.stationary, 1e-9),
                scenario.agreement.mix.contraction + 1e-6)
          << name << " " << algorithm.name;
    }
}

TEST(MeasuredContraction, PassesOverUnfinishedMixesAndRounding) {
  std::vector<Records> nodes(2, Records(2));
  for (std::size_t i = 0; i < 2; ++i)
    for (std::uint32_t r = 0; r < 2; ++r) {
      nodes[i][r].stream = r;
      nodes[i][r].coordinates = 1;
      nodes[i][r].finished = true;
      nodes[i][r].before[0] = i == 0 ? 1 : -1;
      nodes[i][r].after[0] = (i == 0 ? 1 : -1) * (r == 0 ? 0.25 : 0.75);
    }
  const std::vector<double> pi{0.5, 0.5};
  EXPECT_DOUBLE_EQ(measured_contraction(nodes, pi, 1e-9), 0.75);
  nodes[1][1].finished = false;
  EXPECT_DOUBLE_EQ(measured_contraction(nodes, pi, 1e-9), 0.25);
  nodes[0][0].before[0] = 1 + 1e-12;
  nodes[1][0].before[0] = 1;
  EXPECT_EQ(measured_contraction(nodes, pi, 1e-9), 0);
}

}  // namespace
}  // namespace starling
