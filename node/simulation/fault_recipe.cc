#include "node/simulation/fault_recipe.h"

#include <algorithm>
#include <cmath>

namespace starling {

namespace {

//                        cut half one_way stall partition refuse freeze pause leave crash power
//                        flip trunc twice outage full_disk rot regraph
constexpr std::array<int, kFaultKinds> kNothing{}, kCuts{6, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 2, 1, 2},
    kFlips{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 10, 10},
    kCrashes{0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 1, 1, 1},
    kOutages{2, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 3, 0, 2},
    kSwitches{4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 3},
    kMixed{4, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 1, 1, 1, 2};

const FaultRecipe kRecipes[] = {
    {"none", "a constant delay of a millisecond, nothing else", false, false, 0, 0, 0, kNothing},
    {"delays", "delays, losses, slow nodes and skewed clocks", true, false, 0, 0, 0, kNothing},
    {"cuts", "the same, with links that fail for less than the grace, and damaged frames", true,
     false, 0, 0, 0, kCuts},
    {"flips", "delays, and many damaged frames", true, false, 0, 0, 0, kFlips},
    {"crashes", "delays, and nodes that die, half of them come back, or leave; full disks", true,
     false, 0, 0.5, 0.3, kCrashes},
    {"outages", "as cuts, and all nodes killed at one moment and started again", true, false, 0, 1,
     1, kOutages},
    {"switches", "as mixed, and requests for other graphs", true, true, 0, 0.5, 1, kSwitches},
    {"mixed", "all of these: also liars, and links and nodes that are away for long", true, true,
     0.02, 0.5, 0.1, kMixed},
};

class Draw {
 public:
  Draw(std::uint64_t seed, NodeId nodes)
      : stream_(seed, Purpose::simulation, 1 + nodes), nodes_(nodes) {}
  double between(double low, double high) { return low + (high - low) * stream_.uniform(); }
  double magnitude(double low, double high) { return low * std::pow(high / low, uniform()); }
  bool with(double probability) { return stream_.uniform() < probability; }
  double uniform() { return stream_.uniform(); }
  NodeId node() { return static_cast<NodeId>(stream_.below(nodes_)); }
  std::uint64_t below(std::uint64_t bound) { return stream_.below(bound); }

 private:
  RandomStream stream_;
  NodeId nodes_;
};

// No frame is more than a third of the grace on its way.
void vary(FaultPlan& plan, Draw& draw, double grace_s) {
  LinkModel& link = plan.link;
  link.jitter = static_cast<LinkModel::Jitter>(draw.below(4));
  link.delay_s = draw.magnitude(1e-4, 2e-2);
  const double most = link.jitter == LinkModel::Jitter::heavy ? 1e-3 : 6e-3;
  link.jitter_s = std::min(most, link.delay_s * draw.between(0, 2));
  link.bandwidth = draw.magnitude(2e6, 1e9);
  if (draw.with(0.5)) link.loss = draw.between(0, 0.02);
  if (draw.with(0.5)) link.burst = draw.between(0, 0.5);
  link.repair_s = draw.between(0.02, 0.06) * grace_s;
  link.repair_most_s = 0.12 * grace_s;
  if (draw.with(0.5)) plan.gradient_s = draw.magnitude(1e-4, 1e-2);
  for (double& start : plan.start_s) start = draw.between(0, 0.3);
  for (std::int64_t& ppm : plan.ppm) ppm = static_cast<std::int64_t>(draw.below(401)) - 200;
  if (draw.with(0.5)) plan.pace_s[draw.node() % plan.pace_s.size()] = draw.magnitude(1e-5, 1e-3);
}

// How much longer than on plain_plan's links a run takes, about.
double slowdown(const FaultPlan& plan) {
  const LinkModel &link = plan.link, plain;
  const double step_s = link.delay_s + link.jitter_s + link.loss * link.repair_s + plan.gradient_s;
  return std::max(1.0, step_s / plain.delay_s);
}

bool blocks(Fault::Kind kind) {
  using Kind = Fault::Kind;
  return kind == Kind::one_way || kind == Kind::stall || kind == Kind::partition ||
         kind == Kind::refuse || kind == Kind::freeze;
}

}  // namespace

std::span<const FaultRecipe> fault_recipes() { return kRecipes; }

const FaultRecipe* find_fault_recipe(std::string_view name) {
  for (const FaultRecipe& recipe : kRecipes)
    if (recipe.name == name) return &recipe;
  return nullptr;
}

FaultPlan draw_plan(const FaultRecipe& recipe, const Graph& graph, std::uint64_t seed,
                    double span_s, double grace_s) {
  const NodeId nodes = graph.nodes();
  const auto edges = graph.edge_list();
  FaultPlan plan = plain_plan(nodes);
  Draw draw(seed, nodes);
  if (recipe.vary) vary(plan, draw, grace_s);
  span_s *= slowdown(plan);
  if (draw.with(recipe.liar)) plan.liar = draw.node();
  double apart = draw.between(0, span_s);  // when the next may block
  double all_up = 0.3;                     // when all have been started, once more
  for (int k = 0; k < kFaultKinds; ++k) {
    if (k == static_cast<int>(Fault::Kind::outage) && !draw.with(recipe.rare)) break;
    const auto most = static_cast<std::uint64_t>(recipe.most[static_cast<std::size_t>(k)]);
    for (std::uint64_t count = draw.below(most + 1); count > 0; --count) {
      Fault fault;
      fault.kind = static_cast<Fault::Kind>(k);
      fault.at_s = draw.between(0, span_s);
      fault.node = draw.node();
      if (!edges.empty()) {
        const Edge& edge = edges[draw.below(edges.size())];
        fault.other = edge.v;
        if (form_of(fault.kind).whom == FaultForm::Whom::two) {
          const bool turned = draw.with(0.5);
          fault.node = turned ? edge.v : edge.u;
          fault.other = turned ? edge.u : edge.v;
        }
      }
      for (NodeId i = 0; i < nodes; ++i) fault.side.push_back(draw.with(0.5));
      if (fault.kind == Fault::Kind::half_open && !recipe.lasting && fault.node > fault.other)
        std::swap(fault.node, fault.other);
      if (blocks(fault.kind)) {
        const bool lasts = recipe.lasting && draw.with(0.5);
        fault.for_s = grace_s * (lasts ? draw.between(1.5, 4) : draw.between(0.12, 0.25));
        if (!recipe.lasting) {
          fault.at_s = apart;
          apart += grace_s * draw.between(1.3, 2);
        }
      }
      if (fault.kind == Fault::Kind::pause) fault.for_s = grace_s * draw.between(1.5, 4);
      if (fault.kind == Fault::Kind::full_disk) fault.for_s = draw.between(0.1, 0.5) * span_s;
      if (fault.kind == Fault::Kind::outage) {
        fault.at_s += all_up;
        if (recipe.lasting && draw.with(0.5)) fault.for_s = draw.between(0, 2);
      }
      if (form_of(fault.kind).restarts &&
          (fault.kind == Fault::Kind::outage || draw.with(recipe.restart)))
        fault.restart_after_s = draw.between(0.05, 3);
      if (fault.kind == Fault::Kind::outage)
        all_up = fault.at_s + fault.for_s + *fault.restart_after_s + 0.3;
      plan.faults.push_back(std::move(fault));
    }
  }
  std::stable_sort(plan.faults.begin(), plan.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.at_s < b.at_s; });
  return plan;
}

}  // namespace starling
