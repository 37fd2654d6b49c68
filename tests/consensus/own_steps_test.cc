// An objective that takes the local steps itself (`local_steps` of the C ABI) is told everything
// that single gradients would have been made with.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "consensus/optimizers/optimizer.h"
#include "tests/consensus/scenario.h"

namespace starling::testing {
namespace {

const starling_objective_vtable& logistic() { return *find_objective("logistic")->vtable; }

int calls = 0;  // of local_steps below, by the test under way

// By the words of the ABI: x <- update(x, scale grad f_i(x)) - share shift.
int take_steps(starling_objective* f, const starling_local_steps* steps, void* x, double* value) {
  if (!steps) return 0;
  ++calls;
  const std::uint64_t d = logistic().dimension(f);
  const starling_optimizer& o = steps->optimizer;
  std::vector<double> g(d);
  auto* at = static_cast<double*>(x);
  for (std::uint64_t e = 0; e < steps->steps; ++e) {
    const int failed = steps->batch == 0
                           ? logistic().gradient(f, at, g.data(), value)
                           : logistic().stochastic_gradient(f, at, steps->seed, steps->step + e,
                                                            steps->batch, g.data(), value);
    if (failed) return failed;
    for (double& g_k : g) g_k *= steps->scale;
    const auto t = static_cast<double>(steps->updates + e + 1);
    VectorUpdate<double> update{};
    update.factors = {steps->step_size,
                      o.momentum,
                      o.beta_1,
                      o.beta_2,
                      o.epsilon,
                      1 - std::pow(o.beta_1, t),
                      std::sqrt(1 - std::pow(o.beta_2, t))};
    update.from = update.to = at;
    update.gradient = g.data();
    update.shift = static_cast<const double*>(steps->shift);
    update.share = steps->share;
    update.scale = 1;
    update.bound = o.clip_value > 0 ? o.clip_value : std::numeric_limits<double>::infinity();
    update.decay = o.weight_decay;
    for (int s = 0; s < 3; ++s) update.states[s] = static_cast<double*>(steps->states[s]);
    update.size = d;
    find_optimizer(o.kind)->update_double(update);
  }
  return 0;
}

struct Case {
  const char* algorithm;
  int local_steps;
  std::uint64_t batch;
  const char* optimizer = "sgd";
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.algorithm << "_E" << c.local_steps << "_B" << c.batch << "_" << c.optimizer;
}

class AnObjectiveThatTakesTheStepsItself : public ::testing::TestWithParam<Case> {};

TEST_P(AnObjectiveThatTakesTheStepsItself, LeadsToTheBitWhereSingleGradientsLead) {
  constexpr NodeId kNodes = 5;
  constexpr std::uint64_t kSteps = 20;
  Settings settings = settings_of(GetParam().algorithm, 0.05);
  settings.algorithm.local_steps = GetParam().local_steps;
  settings.algorithm.batch = GetParam().batch;
  settings.optimizer.kind = GetParam().optimizer;
  settings.optimizer.clip_value = std::string(GetParam().optimizer) == "sgd" ? 0 : 0.2;
  starling_objective_vtable table = logistic();
  table.local_steps = take_steps;
  const auto end_of = [&](const starling_objective_vtable& one) {
    Scenario<double> scenario(settings, graph_of("ring", kNodes), R"({"kind":"logistic","l2":0.1})",
                              {}, nullptr, &one);
    scenario.agreement.objective_scale = {1.5, 0.25, 1, 1, 1.25};
    return state_of(*scenario.after(kSteps), kNodes);
  };
  calls = 0;
  const Rows single = end_of(logistic());
  ASSERT_EQ(calls, 0);
  EXPECT_EQ(end_of(table), single);
  EXPECT_EQ(calls, kNodes * kSteps);
}

INSTANTIATE_TEST_SUITE_P(
    Algorithms, AnObjectiveThatTakesTheStepsItself,
    ::testing::Values(Case{"dgd_atc", 1, 0}, Case{"dgd_atc", 4, 3}, Case{"dgd_atc", 4, 3, "adam"},
                      Case{"dgd_atc", 3, 0, "momentum"}, Case{"exact_diffusion", 1, 0},
                      Case{"exact_diffusion", 4, 3}, Case{"k_gt", 1, 3}, Case{"k_gt", 4, 0}),
    ::testing::PrintToStringParamName());

TEST(AnObjectiveThatMayTakeSteps, IsAskedForGradientsWhereItSaysNo) {
  starling_objective_vtable table = logistic();
  table.local_steps = [](starling_objective*, const starling_local_steps*, void*, double*) {
    return 1;
  };
  Scenario<double> scenario(settings_of("dgd_atc", 0.05), graph_of("ring", 3),
                            R"({"kind":"logistic","l2":0.1})", {}, nullptr, &table);
  EXPECT_FALSE(scenario.objectives[0]->has_local_steps());
  EXPECT_GT(state_of(*scenario.after(5), 3).norm(), 0);
}

}  // namespace
}  // namespace starling::testing
