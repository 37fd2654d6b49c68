#include <gtest/gtest.h>

#include "node/rounds/rounds.h"
#include "tests/node/cluster_of_threads.h"
#include "topology/generators.h"

namespace starling::testing {
namespace {

using std::chrono::milliseconds;

constexpr Eigen::Index kChunk = 512;  // values
constexpr Eigen::Index kChunks = 150;
constexpr milliseconds kPerChunk{20};  // so the vector takes three times the grace

Settings one_mix() {
  Settings settings;
  settings.topology.nodes = 2;
  settings.mixing.acceleration = "none";
  settings.mixing.steps = 1;
  settings.chunk = kChunk * sizeof(double);
  return settings;
}

// Computes without a pause, as a first touch of much memory on a loaded machine does.
void compute_for(milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// One end of an edge: a peer that mixes one vector, and the network beneath it.
class End {
 public:
  End(NodeId self, const Graph& graph, Transport& transport,
      const std::vector<std::string>& endpoints)
      : self_(self),
        facts_(graph),
        transport_(transport),
        network_(network_options(self, endpoints), facts_, transport),
        pump_(network_, transport),
        participant_(participant_options(self), facts_, network_, pump_, transport, pool_),
        objective_(make_bowl(settings_, self, kChunk * kChunks)) {}

  // Mixes the vector of 0, 1, 2, ..., each chunk of which takes so long to write.
  void mix(milliseconds per_chunk) {
    const Agreement agreement = participant_.join(objective_);
    Rounds<double> rounds(settings_, agreement, facts_.view(self_), self_, objective_, network_,
                          pump_, pool_);
    Peer<double> peer(agreement, kChunk * kChunks, kChunk, pool_, rounds);
    rounds.bind(peer);
    const auto slow = Eigen::VectorXd::NullaryExpr(kChunk * kChunks, [&](Eigen::Index k) {
      if (k % kChunk == 0) compute_for(per_chunk);
      return static_cast<double>(k);
    });
    {
      const Pending<double> mixing = peer.mix(slow);
      auto lock = pump_.lock();
      while (!mixing.operation().finished && facts_.complete())
        if (!rounds.advance()) network_.pump(milliseconds(50));
      finished = mixing.operation().finished;
      network_.finish({0, 0, "stopped", ""}, !finished);
      while (!network_.finished()) {
        network_.pump(milliseconds(50));
        rounds.advance();
      }
      if (finished) last = mixing.operation().result[kChunk * kChunks - 1];
    }
    rounds.detach();
  }

  bool finished = false;
  double last = 0;

 private:
  static NetworkOptions network_options(NodeId self, const std::vector<std::string>& endpoints) {
    NetworkOptions options;
    options.self = self;
    options.instance = std::string(31, 'a') + static_cast<char>('a' + self);
    options.endpoints = endpoints;
    return options;  // the grace is the default, 1 s
  }
  static ParticipantOptions participant_options(NodeId self) {
    ParticipantOptions options;
    options.settings = one_mix();
    options.self = self;
    return options;
  }

  const Settings settings_ = one_mix();
  const NodeId self_;
  Pool pool_;
  Facts facts_;
  Transport& transport_;
  Network network_;
  Pump pump_;
  Participant participant_;
  Objective objective_;
};

// The node's thread comes by for each chunk, too often for the stand-in to step in: it has to move
// the sockets itself.
TEST(ANodeThatWritesALongVector, IsNotTakenForDead) {
  GraphParameters parameters;
  parameters.nodes = 2;
  const Graph graph = make_graph("complete", parameters);
  std::vector<std::unique_ptr<ZmqTransport>> transports;
  std::vector<std::string> endpoints;
  for (int i = 0; i < 2; ++i) {
    transports.push_back(std::make_unique<ZmqTransport>("tcp://127.0.0.1:*"));
    endpoints.push_back(transports.back()->bound_endpoint());
  }
  bool finished[2] = {};
  double last[2] = {};
  const auto live = [&](NodeId self, milliseconds per_chunk) {
    {
      End end(self, graph, *transports[self], endpoints);
      end.mix(per_chunk);
      finished[self] = end.finished;
      last[self] = end.last;
    }
    transports[self].reset();  // as a process that ends closes its sockets
  };
  std::thread other(live, 1, milliseconds(0));
  live(0, kPerChunk);
  other.join();
  EXPECT_TRUE(finished[0]);
  EXPECT_TRUE(finished[1]) << "it lost the node that was writing";
  EXPECT_EQ(last[1], kChunk * kChunks - 1);
}

}  // namespace
}  // namespace starling::testing
