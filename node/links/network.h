#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/exchange/zmq_curve.h"
#include "node/links/link.h"
#include "node/links/posted.h"
#include "node/links/silence.h"

namespace starling {

// Everything a network needs to know of its node.
struct NetworkOptions {
  NodeId self = 0;
  std::string instance;                       // 32 hex digits
  std::map<std::string, std::string> shared;  // effective values, compared in the handshake
  std::vector<std::string> endpoints;         // of each node, by id
  Link::Limits limits;
  Instant grace{std::chrono::seconds(1)}, grace_max{std::chrono::seconds(30)};
  std::uint64_t seed = 1;  // of the redial jitter
};

// What may change of them while it runs, and the keys that go with it.
struct AddressNews {
  std::vector<std::string> endpoints;
  std::map<std::string, std::string> shared;
  std::optional<KeyBook> keys;
};

// What a network tells its node; asked for after each pump.
struct NetworkNews {
  std::optional<Refusal> refusal;  // the handshake ended us: a mismatch, or an id twice
  std::optional<DoneBody> done;    // a neighbor said DONE
  NodeId done_from = 0;
  bool facts_changed = false;
  struct Ask {
    NodeId from = 0;
    std::uint64_t offset = 0;
  };
  struct Part {
    NodeId from = 0;
    std::uint64_t step = 0, offset = 0, total = 0;
    std::vector<std::byte> bytes;
  };
  std::vector<Ask> asks;  // at most one per neighbor
  std::optional<Part> part;
};

// This node's edges to its neighbors: dials, handshakes, sessions that resume, beats, silence,
// facts and DONE. It knows no thread and no clock but its transport's; whoever waits, pumps it.
//
// Threads   one at a time, under the driver's lock.
class Network final : public TransportEvents {
 public:
  Network(NetworkOptions options, Facts& facts, Transport& transport);

  void start();                // dials; before that it only listens
  void pump(Instant timeout);  // reads, answers, beats, judges, sends
  NetworkNews take_news() { return std::exchange(news_, {}); }
  // The address book was read again: it counts from the next pump on. From any thread.
  void readdress(AddressNews news) { address_news_.post(std::move(news)); }

  // --- streams
  std::vector<Link*> links();  // ascending NodeId; of graphs to come and past ones, too
  void streams_finished(std::uint32_t done);  // all below are, on every link
  // Connects to the neighbors of a graph to come, together with those in use; facts knows its
  // edges. Connections made for a graph that will not come are closed.
  void prepare(const Graph& graph);
  // From this stream on the mixes go over this graph: its links take their turn, others end once
  // both ends need them no more. Facts require it already.
  void use(const Graph& graph, std::uint32_t stream);
  // Streams are of this view from now on, in which frames may arrive before it begins here.
  void expect_view(std::uint64_t view);
  void begin_view(std::uint64_t view);
  // This node has a model of the run, its own or a neighbor's: its edges may go up.
  void has_model();
  void flush();  // what credit, facts and acknowledgements allow
  void end_session(NodeId peer, const std::string& why);

  // --- status
  void announce(const BeatBody& beat) { beat_ = beat; }
  const BeatBody& heard(NodeId peer) const;
  bool in_session(NodeId peer) const;  // and both have a model of the run, or neither
  // The lowest neighbor with a model, while this node has none.
  std::optional<NodeId> donor() const;
  bool joins_at(NodeId peer) const;  // that donor is still there
  void ask(NodeId peer, std::uint64_t offset);
  void answer(NodeId peer, const PartBody& part);
  // Dials a node that no edge leads to, or nobody: what is apart comes together again.
  void heal(std::optional<NodeId> peer);
  // As if cut off from these nodes, until told otherwise.
  void keep_apart(std::set<NodeId> nodes);
  void facts_changed();  // ours changed: flood
  std::uint64_t control_bytes() const { return control_bytes_; }
  std::uint64_t data_bytes() const;
  const DropCounts& drops() const { return drops_; }
  std::string why_down(NodeId peer) const;  // the last reason its connection closed

  // --- the end: DONE is the last frame of every link.
  // abandon: streams under way are left as they are, DONE goes out at once.
  void finish(const DoneBody& done, bool abandon = false);
  bool finished() const;  // acknowledged, or the link is gone for good

  // TransportEvents
  void received(ConnectionId connection, ReceivedBytes head, ReceivedBytes payload) override;
  void opened(ConnectionId connection) override;
  void closed(ConnectionId connection, const std::string& reason) override;

 private:
  struct Edge {
    explicit Edge(Link to) : link(std::move(to)) {}
    Link link;
    bool we_dial = false;
    bool heals = false;    // none of the graph's
    bool joining = false;  // one end has no model yet: a session, but the edge is down
    ConnectionId dialling = 0, connection = 0;  // 0: none; connection: of the session
    std::uint32_t session = 0;                  // 0: no session
    std::uint32_t began = 0;                    // its counter when its graph was taken up
    std::string peer_instance;
    std::string rival_instance;    // another process of its id that asked while the first answered
    Instant rival_at{0};           // when it first did
    std::uint64_t nonce = 0;       // ours, of the HELLO under way
    std::uint64_t peer_nonce = 0;  // of the session
    Silence silence;
    Instant dialled_at{0}, redial_at{0}, backoff{0};
    std::string last_reason;
    bool fell_silent = false;  // its last session ended so
    bool state_due = false;
    std::uint64_t told = 0;        // of Facts::learned(), in this session
    bool retired = false;          // of a graph that is no longer used; over once the other end has
    std::uint32_t retired_at = 0;  // finished this stream, too
    bool over = false;             // no connection is wanted any more
    BeatBody beat;
    bool done_sent = false, done_acked = false, done_received = false;
    bool left = false;  // its peer said so; until it is started again
  };

  // What is known of it; asked anew, for places in facts change with every edge that anybody adds.
  const EdgeFact& fact_of(const Edge& edge) const {
    return facts_.edge(facts_.edge_index(options_.self, edge.link.peer()));
  }
  Edge* edge_of(ConnectionId connection);
  Edge* edge_to(NodeId peer);
  Edge& add_edge(NodeId peer);
  Edge& healing_edge(NodeId peer);
  bool hear_of_healing(const starling::Edge& edge);
  Edge* called_to_heal(const Greeting& hello);
  void revive(Edge& edge);
  bool may_dial(const Edge& edge) const;
  void dial(Edge& edge);
  void stop_dialling(Edge& edge);
  bool knocks(const Edge& edge) const;
  Greeting greeting(const Edge& edge) const;
  bool is_rival(Edge& edge, const Greeting& hello) const;
  std::optional<Refusal> judge(const Greeting& hello, const Edge* edge) const;
  void on_hello(ConnectionId connection, const DecodedFrame& frame);
  void on_probe(ConnectionId connection, const DecodedFrame& frame);
  void on_welcome(Edge& edge, const DecodedFrame& frame);
  void establish(Edge& edge, ConnectionId connection, const Greeting& peer, std::uint32_t counter,
                 bool joins);
  void on_session_frame(Edge& edge, const DecodedFrame& frame, ReceivedBytes head,
                        ReceivedBytes payload);
  void send_state(Edge& edge);
  void on_state(Edge& edge, const StateBody& body);
  void on_transfer(Edge& edge, const DecodedFrame& frame);
  void on_done(Edge& edge, const DecodedFrame& frame);
  void drop_session(Edge& edge, const std::string& why);
  void mark_down(Edge& edge, Cause cause, const std::string& why = {});
  void judge_silence();
  void close_retired();
  void let_go(Edge& edge, const std::string& why);
  void stand_by(Edge& edge);
  void send_control(Edge& edge, const FrameHeader& header, std::string_view body);
  void send_unsessioned(ConnectionId connection, FrameType type, std::string_view body);
  bool send_frame(ConnectionId connection, FrameHeader header, std::string_view body);
  void send_done(Edge& edge);
  void drop(const std::string& reason) { ++drops_[reason]; }

  NetworkOptions options_;
  Posted<AddressNews> address_news_;
  Facts& facts_;
  Transport& transport_;
  std::vector<std::unique_ptr<Edge>> edges_;
  std::unordered_map<ConnectionId, Edge*> by_connection_;
  NetworkNews news_;
  BeatBody beat_;
  std::optional<DoneBody> done_;
  bool abandon_ = false;
  std::uint64_t view_ = 0, expected_view_ = 0;  // begun; prepared, so that early frames of it wait
  bool begun_ = false;                          // has a model
  std::optional<NodeId> heal_to_;
  std::set<NodeId> apart_;
  Instant started_at_{0}, last_pump_{0}, next_beat_{0};
  bool started_ = false;
  std::uint64_t control_bytes_ = 0;
  std::uint64_t nonces_ = 0;
  DropCounts drops_;
};

}  // namespace starling
