#pragma once

// n participants as threads of one process, over real sockets: what the tests of the live node
// stand on.

#include <algorithm>
#include <thread>
#include <vector>

#include "consensus/lockstep.h"
#include "node/exchange/zmq_transport.h"
#include "node/participant.h"
#include "node/setup/experiment.h"
#include "topology/random.h"

namespace starling::testing {

// A test objective behind the C ABI: f_i(x) = sum_k a_k (x_k - c_ik)^2 / 2, curvatures 1/4 .. 1, c
// seeded by node.
struct Bowl {
  std::uint64_t dimension;
  starling_precision precision;
  std::vector<double> curvature, center;
};

template <class Real>
double bowl_gradient(const Bowl& bowl, const Real* x, Real* gradient) {
  double value = 0;
  for (std::uint64_t k = 0; k < bowl.dimension; ++k) {
    const Real slope =
        static_cast<Real>(bowl.curvature[k]) * (x[k] - static_cast<Real>(bowl.center[k]));
    if (gradient) gradient[k] = slope;
    value += 0.5 * static_cast<double>(slope) * (static_cast<double>(x[k]) - bowl.center[k]);
  }
  return value;
}

inline const starling_objective_vtable& bowl_vtable() {
  static const starling_objective_vtable table = [] {
    starling_objective_vtable v{};
    v.abi = STARLING_OBJECTIVE_ABI;
    v.struct_size = sizeof v;
    v.name = "bowl";
    v.create = [](const starling_objective_request* request, char*, std::size_t) {
      auto* bowl = new Bowl{std::stoull(request->config), request->precision, {}, {}};
      RandomStream draw(7, Purpose::test, request->node);
      for (std::uint64_t k = 0; k < bowl->dimension; ++k) {
        bowl->curvature.push_back(0.25 + 0.75 * static_cast<double>((k * 37) % 64) / 63);
        bowl->center.push_back(draw.normal());
      }
      return reinterpret_cast<starling_objective*>(bowl);
    };
    v.destroy = [](starling_objective* o) { delete reinterpret_cast<Bowl*>(o); };
    v.dimension = [](const starling_objective* o) {
      return reinterpret_cast<const Bowl*>(o)->dimension;
    };
    v.gradient = [](starling_objective* o, const void* x, void* gradient, double* value) {
      const auto& bowl = *reinterpret_cast<const Bowl*>(o);
      *value =
          bowl.precision == STARLING_FLOAT32
              ? bowl_gradient(bowl, static_cast<const float*>(x), static_cast<float*>(gradient))
              : bowl_gradient(bowl, static_cast<const double*>(x), static_cast<double*>(gradient));
      return 0;
    };
    v.constants = [](starling_objective*, double* smoothness, double* strong_convexity) {
      *smoothness = 1;
      *strong_convexity = 0.25;
      return 0;
    };
    v.error = [](const starling_objective*) { return ""; };
    return v;
  }();
  return table;
}

inline Objective make_bowl(const Settings& settings, NodeId node, std::uint64_t dimension) {
  const std::string config = std::to_string(dimension);
  const auto precision =
      settings.precision == Precision::float32 ? STARLING_FLOAT32 : STARLING_FLOAT64;
  return Objective(bowl_vtable(), {STARLING_OBJECTIVE_ABI, node, settings.topology.nodes, precision,
                                   config.c_str(), nullptr, nullptr});
}

// One node's end: its model's bytes and how it went.
struct Outcome {
  ParticipantResult result;
  std::vector<std::byte> model;
  std::string error;  // what run() threw
  DropCounts drops;
};

// Listens on free loopback ports first, so no port number is ever guessed.
class ThreadCluster {
 public:
  ThreadCluster(Settings settings, Graph graph, std::uint64_t dimension)
      : settings_(std::move(settings)),
        graph_(std::move(graph)),
        dimension_(dimension),
        pools_(graph_.nodes()) {
    for (NodeId i = 0; i < graph_.nodes(); ++i) {
      pools_[i] = std::make_unique<Pool>();
      auto transport = std::make_unique<ZmqTransport>("tcp://127.0.0.1:*");
      endpoints_.push_back(transport->bound_endpoint());
      transports_.push_back(std::move(transport));
    }
  }

  // Puts something between a node and its sockets.
  void wrap(NodeId node,
            const std::function<std::unique_ptr<Transport>(std::unique_ptr<Transport>)>& around) {
    transports_[node] = around(std::move(transports_[node]));
  }

  // Of a graph that changes, whose links the graph holds.
  std::shared_ptr<const Schedule> schedule;

  // Changes one node's view of [shared], or its kill step and the like.
  std::function<void(NodeId, NetworkOptions&, ParticipantOptions&)> customize = [](auto...) {};

  std::vector<Outcome> run() {
    std::vector<Outcome> outcomes(graph_.nodes());
    std::vector<std::thread> threads;
    for (NodeId i = 0; i < graph_.nodes(); ++i)
      threads.emplace_back([&, i] {
        outcomes[i] = run_node(i);
        transports_[i].reset();  // as a process that ends closes its sockets
      });
    for (std::thread& thread : threads) thread.join();
    return outcomes;
  }

 private:
  Outcome run_node(NodeId self) {
    Outcome outcome;
    Objective objective = make_bowl(settings_, self, dimension_);
    ParticipantOptions options;
    options.settings = settings_;
    options.self = self;
    options.schedule = schedule;
    options.start_limit_s = 20;
    NetworkOptions network_options;
    network_options.self = self;
    network_options.instance = std::string(31, 'a') + static_cast<char>('a' + self);
    network_options.endpoints = endpoints_;
    network_options.shared = {{"shared.name", "test"}};
    customize(self, network_options, options);
    Facts facts(graph_);
    Network network(network_options, facts, *transports_[self]);
    Pump pump(network, *transports_[self]);
    Participant participant(options, facts, network, pump, *transports_[self], *pools_[self]);
    try {
      const Agreement agreement = participant.join(objective);
      outcome.result = settings_.precision == Precision::float32
                           ? live<float>(participant, agreement, outcome)
                           : live<double>(participant, agreement, outcome);
    } catch (const std::exception& error) {
      outcome.error = error.what();
      participant.leave_failed(4, error.what());
    }
    outcome.drops = network.drops();
    return outcome;
  }

  template <class Real>
  static ParticipantResult live(Participant& participant, const Agreement& agreement,
                                Outcome& outcome) {
    return participant.run<Real>(
        agreement, [](const ParticipantReport&) {},
        [&](Peer<Real>& peer) { outcome.model = bytes_of(peer.state("x")); });
  }

 public:
  template <class Real>
  static std::vector<std::byte> bytes_of(const Vector<Real>& x) {
    const auto bytes =
        std::as_bytes(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
    return {bytes.begin(), bytes.end()};
  }

 private:
  Settings settings_;
  Graph graph_;
  std::uint64_t dimension_;
  std::vector<std::unique_ptr<Pool>> pools_;
  std::vector<std::unique_ptr<Transport>> transports_;
  std::vector<std::string> endpoints_;
};

template <class Real>
std::vector<std::vector<std::byte>> lockstep_models(const Settings& settings, const Graph& graph,
                                                    std::uint64_t dimension,
                                                    std::shared_ptr<const Schedule> schedule = {},
                                                    std::vector<MixingReport>* reports = nullptr) {
  std::vector<Objective> objectives;
  std::vector<Objective*> pointers;
  for (NodeId i = 0; i < graph.nodes(); ++i)
    objectives.push_back(make_bowl(settings, i, dimension));
  for (Objective& objective : objectives) pointers.push_back(&objective);
  const std::vector<double> samples(graph.nodes(), 1.0);
  const Mixing mixing = make_mixing(settings, graph, std::move(schedule), samples);
  std::vector<NodeRecord> records;
  for (NodeId i = 0; i < graph.nodes(); ++i)
    records.push_back(propose(settings, mixing, constants_of(objectives[i]), i));
  Lockstep<Real> lockstep(settings, agree(settings, mixing, records), pointers);
  lockstep.run();
  std::vector<std::vector<std::byte>> models;
  for (NodeId i = 0; i < graph.nodes(); ++i) {
    models.push_back(ThreadCluster::bytes_of(lockstep.model(i)));
    if (reports) reports->push_back(lockstep.runner(i).mixing());
  }
  return models;
}

}  // namespace starling::testing
