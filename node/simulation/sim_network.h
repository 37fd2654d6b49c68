#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/simulation/event_queue.h"
#include "node/simulation/frame_watch.h"
#include "node/simulation/link_model.h"
#include "node/simulation/sim_transport.h"
#include "node/simulation/trace.h"
#include "topology/graph.h"

namespace starling {

// What the simulated hosts are joined by: connections as TCP and ZMTP give them, below the frames.
// Each direction of a connection is a queue that keeps its order; what happens to it is told apart
// as the hosts would see it.
//
// Keeps     determinism: every draw comes from a stream named by the seed and the connection.
// Threads   one.
class SimNetwork {
 public:
  SimNetwork(EventQueue& events, const LinkModel& model, std::uint64_t seed, NodeId nodes,
             Trace& trace, FrameWatch& watch);

  static std::string endpoint(NodeId node);

  // --- for the transports
  void attach(NodeId node, SimTransport& transport);
  // Its process is gone. silent: nobody is told, as when the power fails.
  void detach(NodeId node, bool silent = false);
  ConnectionId dial(NodeId from, const std::string& endpoint);
  void close(ConnectionId connection);
  bool send(ConnectionId connection, std::span<const std::byte> head, const SharedBytes* payload);

  // --- what may befall them
  // Resets every connection between two hosts; what is on its way is lost.
  void cut(NodeId a, NodeId b);
  // One end loses its connections to `b` and knows it, the other hears nothing of that.
  void half_open(NodeId a, NodeId b);
  // Nothing gets through this way until then; what was sent meanwhile comes later.
  void block(NodeId from, NodeId to, Instant until);
  void refuse(NodeId to, Instant until);  // connections dialled to it are refused
  // The next frames of more than a header, this way, arrive so. A flipped bit stands for memory or
  // a card that fails: TCP's own checksum has passed it.
  enum class Damage { flipped, truncated, doubled };
  void damage(NodeId from, NodeId to, Damage how, int frames);

  struct Counts {
    std::uint64_t frames = 0, bytes = 0, resets = 0, damaged = 0, doubled = 0;
    std::size_t most_queued = 0;  // frames in one direction of one connection
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Item {
    enum class Kind { dial, opened, frame, end } kind = Kind::frame;
    Instant leaves{0}, arrives{0};
    std::vector<std::byte> head;
    std::optional<SharedBytes> payload;  // the sender's own buffer, until it arrives
    std::string reason;
  };
  // One direction: what end e of a connection has sent.
  struct Pipe {
    Pipe(std::uint64_t seed, ConnectionId id)
        : stream(seed, Purpose::simulation, 0, static_cast<std::uint32_t>(id)) {}
    std::deque<Item> items;
    Instant free{0}, last{0};
    RandomStream stream;
    bool lost = false;
  };
  enum class End { opening, open, closed };
  struct Connection {
    std::uint64_t number = 0;
    NodeId host[2] = {};
    End end[2] = {End::opening, End::opening};
    std::vector<Pipe> pipes;  // two
    bool silent = false;      // one host vanished without a word
  };
  using Shared = std::shared_ptr<Connection>;
  struct Host {
    SimTransport* transport = nullptr;
    bool dark = false;  // gone without a word, or not yet there
    Instant refuses_until{0};
  };
  struct Due {
    Damage how;
    int frames = 0;
  };

  static ConnectionId id_of(const Connection& c, int end) {
    return 2 * c.number + static_cast<ConnectionId>(end);
  }
  std::pair<Shared, int> find(ConnectionId id) const;
  void put(const Shared& c, int from, Item item);
  void schedule(const Shared& c, int from);
  void arrive(const Shared& c, int from);
  void take_in(const Shared& c, int from, Item item);
  void take_frame(const Shared& c, int to, Item item);
  void take_dial(const Shared& c);
  void end_of(const Shared& c, int end, const std::string& reason);
  void hang_up(const Shared& c, int end, const std::string& reason);
  void drop_unsent(Pipe& pipe);

  EventQueue& events_;
  const LinkModel& model_;
  const std::uint64_t seed_;
  Trace& trace_;
  FrameWatch& watch_;
  std::vector<Host> hosts_;
  std::map<std::uint64_t, Shared> connections_;
  std::map<std::pair<NodeId, NodeId>, Instant> blocked_;
  std::map<std::pair<NodeId, NodeId>, Due> damage_;
  std::uint64_t next_ = 1;
  Counts counts_;
};

}  // namespace starling
