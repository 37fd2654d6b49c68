#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "tests/consensus/scenario.h"

namespace starling::testing {
namespace {

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm,
                         ::testing::ValuesIn(algorithms().begin(), algorithms().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

Rows inputs() {
  RandomStream draw(5, Purpose::test);
  Rows rows(9, 6);
  for (Eigen::Index i = 0; i < rows.size(); ++i) rows.data()[i] = draw.normal();
  return rows;
}

// What a run ends with, to the bit.
template <class Real>
std::vector<double> ends_with(Lockstep<Real>& executor, NodeId nodes) {
  std::vector<double> all;
  for (NodeId i = 0; i < nodes; ++i) {
    for (const auto& state : executor.peer(i).states())
      for (Eigen::Index k = 0; k < state.value.size(); ++k)
        all.push_back(static_cast<double>(state.value[k]));
    const Progress& p = executor.runner(i).progress();
    all.insert(all.end(), {static_cast<double>(p.step), p.objective, p.consensus_error,
                           p.gradient_bound, p.relative_error, p.contraction_measured});
    all.push_back(static_cast<double>(executor.peer(i).gossip_steps()));
  }
  return all;
}

bool same_bytes(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), 8 * a.size()) == 0;
}

// Runs 60 steps keeping snapshots, and again from each of them, with an executor that knows no
// more.
template <class Real>
void expect_exact_resume(Scenario<Real>& scenario, std::uint64_t every) {
  const NodeId nodes = scenario.nodes();
  scenario.settings.stop.steps = 60;
  const auto whole = scenario.start();
  std::map<std::uint64_t, std::vector<Snapshot>> kept;
  for (NodeId i = 0; i < nodes; ++i)
    whole->runner(i).keep_snapshots(every, [&](const Snapshot& s) { kept[s.step].push_back(s); });
  whole->run();
  EXPECT_GE(kept.size(), 3u);
  for (auto& [step, snapshots] : kept) {
    ASSERT_EQ(snapshots.size(), nodes) << "all nodes keep the same steps: " << step;
    auto again = scenario.start();
    for (NodeId i = 0; i < nodes; ++i) again->runner(i).resume(std::move(snapshots[i]));
    EXPECT_EQ(again->run(), whole->runner(0).status());
    EXPECT_TRUE(same_bytes(ends_with(*again, nodes), ends_with(*whole, nodes)))
        << "from step " << step;
  }
}

template <class Real>
void expect_exact_resume_of(const AlgorithmEntry& entry) {
  const Rows rows = inputs();
  for (const char* target : {"none", "gradient_norm", "relative_error"}) {
    SCOPED_TRACE(target);
    if (entry.needs_inputs && target != std::string("none")) continue;
    Settings settings = settings_of(entry.name, 0, "chebyshev", entry.name == "mudag" ? 0 : 3);
    if (target == std::string("gradient_norm")) settings.stop.gradient_norm = 1e-300;
    if (target == std::string("relative_error")) settings.stop.relative_error = 1e-300;
    const char* objective = entry.needs_inputs ? R"({"kind":"vectors"})" : kQuadratic;
    if (!entry.needs_inputs && settings.stop.relative_error == 0) {
      objective = R"({"kind":"logistic","l2":0.1})";
      settings.algorithm.batch = 6;
      if (entry.local_steps) settings.algorithm.local_steps = 3;
    }
    Scenario<Real> scenario(settings, graph_of("ring", 9), objective, {},
                            entry.needs_inputs ? &rows : nullptr);
    expect_exact_resume(scenario, 15);
  }
}

TEST_P(EveryAlgorithm, GoesOnFromASnapshotAsIfItHadNeverStopped) {
  expect_exact_resume_of<double>(GetParam());
  expect_exact_resume_of<float>(GetParam());
}

TEST(ASnapshot, HoldsThePairsOfAnOptimizerThatKeepsMany) {
  Settings settings = settings_of("gradient_tracking", 0.05);
  settings.optimizer.kind = "lbfgs";
  settings.optimizer.history = 4;
  Scenario<double> scenario(settings, graph_of("ring", 5), kQuadratic);
  expect_exact_resume(scenario, 15);
}

TEST(ASnapshot, OfOtherScalarsOrAnotherSizeIsRefused) {
  Scenario<double> from(settings_of("gradient_tracking"), graph_of("ring", 4), kQuadratic);
  from.settings.stop.steps = 20;
  const auto whole = from.start();
  std::vector<Snapshot> kept;
  whole->runner(2).keep_snapshots(10, [&](const Snapshot& s) { kept.push_back(s); });
  whole->run();
  ASSERT_FALSE(kept.empty());
  for (const bool fewer : {true, false}) {
    Snapshot wrong = kept[0];
    fewer ? wrong.scalars.pop_back() : wrong.scalars.push_back(0);
    auto again = from.start();
    again->runner(0).resume(wrong);
    EXPECT_THROW(again->run(), std::runtime_error) << fewer;
  }
  Snapshot wrong = kept[0];
  wrong.states[0].values.resize(8);
  auto again = from.start();
  again->runner(0).resume(wrong);
  EXPECT_THROW(again->run(), std::runtime_error);
}

}  // namespace
}  // namespace starling::testing
