// How a session begins: HELLO, and WELCOME or REFUSE.

#include <xxhash.h>

#include <algorithm>

#include "node/links/network.h"
#include "node/links/network_rules.h"

namespace starling {

namespace {
constexpr Instant kKnock = std::chrono::seconds(2);
}  // namespace

// A node that nobody dials asks why: its neighbors may be talking to another process of its id,
// which nothing else would tell it. They dial whom they need; here they only refuse, or stay
// silent.
bool Network::knocks(const Edge& edge) const {
  return view_ == 0 && edge.peer_instance.empty() && last_pump_ > started_at_ + kKnock;
}

Greeting Network::greeting(const Edge& edge) const {
  Greeting g;
  g.id = options_.self;
  g.instance = options_.instance;
  g.nonce = edge.nonce;
  g.window = options_.limits.window;
  g.counter = fact_of(edge).counter;
  g.view = expected_view_;
  g.begun = begun_;
  g.heals = edge.heals || heal_to_ == edge.link.peer();
  g.shared = options_.shared;
  g.expected = edge.link.expected();
  g.done = edge.link.done_here();
  return g;
}

void Network::on_hello(ConnectionId connection, const DecodedFrame& frame) {
  const auto hello = decode_greeting(frame.payload);
  if (!hello) return drop("a HELLO that cannot be read");
  if (!transport_.speaks_for(connection, hello->id)) {
    send_unsessioned(connection, FrameType::REFUSE, encode(not_its_key(options_.self, hello->id)));
    return drop("a HELLO with the id of a node whose key it has not");
  }
  if (apart_.contains(hello->id)) return transport_.close(connection);
  Edge* edge = edge_to(hello->id);
  if (hello->heals && !compare_shared(options_.self, options_.shared, *hello))
    edge = called_to_heal(*hello);
  if ((edge ? edge->over : hello->id < facts_.graph().nodes()) &&
      !compare_shared(options_.self, options_.shared, *hello)) {
    // One of us has heard of a switch before the other: it will try again.
    drop("a HELLO of an edge not known yet");
    return transport_.close(connection);
  }
  // Who still needs our last frames knows nothing yet of our leaving.
  const bool we_left = done_ && done_->status == kLeft && hello->counter % 2 == 1;
  if (edge && (we_left || (edge->left && edge->peer_instance == hello->instance))) {
    if (we_left) mark_down(*edge, Cause::left);
    drop("a HELLO where one end has left");
    return transport_.close(connection);
  }
  if (edge && is_rival(*edge, *hello)) {
    drop("a HELLO of another process of its id");
    return transport_.close(connection);
  }
  if (auto refusal = judge(*hello, edge)) {
    send_unsessioned(connection, FrameType::REFUSE, encode(*refusal));
    drop("a HELLO refused");  // no word of a stranger's: reasons are kept
    // Before the first view a configuration that differs ends both ends: nobody can say whose is
    // right.
    if (view_ == 0 && edge && is_mismatch(*refusal)) news_.refusal = *refusal;
    return;
  }
  // Not the neighbor, which never repeats one.
  if (edge->session && edge->peer_nonce == hello->nonce) {
    drop("a HELLO said before");
    return transport_.close(connection);
  }
  // Where both ends dial, to heal perhaps, the lower one's call counts; the other's was a knock.
  if (options_.self < hello->id && may_dial(*edge)) return;
  edge->we_dial = false;
  stop_dialling(*edge);
  edge->nonce = XXH3_64bits_withSeed(options_.instance.data(), options_.instance.size(), ++nonces_);
  const bool resumes = edge->peer_instance == hello->instance && fact_of(*edge).up() &&
                       hello->counter == fact_of(*edge).counter;
  // An edge to a node without a model of the run stays down until it has fetched one; but one that
  // was up stays so where of two members one begins before the other.
  const bool joins = !resumes && hello->begun != begun_;
  const std::uint32_t known = std::max(hello->counter, fact_of(*edge).counter);
  const std::uint32_t counter = resumes ? known : joins ? known | 1u : (known / 2 + 1) * 2;
  Greeting welcome = greeting(*edge);
  welcome.counter = counter;
  send_unsessioned(connection, FrameType::WELCOME, encode(welcome));
  establish(*edge, connection, *hello, counter, joins);
}

// A node that is being checked asks whether it is heard, and by whom.
void Network::on_probe(ConnectionId connection, const DecodedFrame& frame) {
  const auto probe = decode_probe(frame.payload);
  if (!probe || probe->answer) {
    drop("a PROBE that cannot be read");
    return transport_.close(connection);
  }
  if (!transport_.speaks_for(connection, probe->id))
    return send_unsessioned(connection, FrameType::REFUSE,
                            encode(not_its_key(options_.self, probe->id)));
  send_unsessioned(connection, FrameType::PROBE,
                   encode(answer_to(*probe, options_.self, true, options_.shared)));
}

void Network::on_welcome(Edge& edge, const DecodedFrame& frame) {
  const auto welcome = decode_greeting(frame.payload);
  if (!welcome || welcome->id != edge.link.peer()) {
    drop("a WELCOME that cannot be read");
    return transport_.close(edge.dialling);
  }
  const bool joins = welcome->counter % 2 == 1;
  edge.we_dial = true;  // and so it will again
  establish(edge, std::exchange(edge.dialling, 0), *welcome, welcome->counter, joins);
  if (joins && welcome->begun == begun_) drop_session(edge, "to come back with a model");
}

// Both ends come here with the same nonces and the same counter, so with the same session.
void Network::establish(Edge& edge, ConnectionId connection, const Greeting& peer,
                        std::uint32_t counter, bool joins) {
  if (edge.connection && edge.connection != connection) {
    by_connection_.erase(edge.connection);
    transport_.close(edge.connection);
  }
  by_connection_[connection] = &edge;
  edge.connection = connection;
  transport_.trust(connection);
  const std::uint64_t nonces[] = {std::min(edge.nonce, peer.nonce),
                                  std::max(edge.nonce, peer.nonce)};
  edge.session = static_cast<std::uint32_t>(XXH3_64bits(nonces, sizeof nonces)) | 1u;
  const bool restarted = !edge.peer_instance.empty() && edge.peer_instance != peer.instance;
  edge.peer_instance = peer.instance;
  edge.peer_nonce = peer.nonce;
  edge.link.set_peer_window(peer.window);
  edge.link.begin_session();
  edge.backoff = Instant(0);
  edge.silence.heard(transport_.now());
  EdgeFact fact = fact_of(edge);
  if (counter > fact.counter) {
    fact.counter = counter;
    fact.cause = restarted ? Cause::restarted : Cause::none;
    facts_.merge_edge(facts_.edge_index(options_.self, edge.link.peer()), fact);
    facts_changed();
    news_.facts_changed = true;
  }
  edge.joining = joins;
  edge.fell_silent = edge.left = false;
  // Positions of another view say nothing: who is in ours has lost nothing of it.
  if (!joins && peer.view == expected_view_) edge.link.resume(peer);
  edge.state_due = true;
  edge.told = 0;
  edge.done_sent = false;
}

// Two processes of one id, or one that was started again before its former life was missed? What is
// heard from the first after the second has asked tells; until then the second dials again.
bool Network::is_rival(Edge& edge, const Greeting& hello) const {
  const Instant now = transport_.now();
  if (!edge.session || edge.peer_instance == hello.instance ||
      edge.silence.silent_for(now) >= options_.grace)
    return false;
  if (edge.rival_instance != hello.instance) {
    edge.rival_instance = hello.instance;
    edge.rival_at = now;
  }
  return edge.silence.heard_at() <= edge.rival_at;
}

std::optional<Refusal> Network::judge(const Greeting& hello, const Edge* edge) const {
  if (auto refusal = compare_shared(options_.self, options_.shared, hello)) return refusal;
  if (!edge)
    return Refusal{2, "node " + std::to_string(hello.id) + " has no edge to dial to node " +
                          std::to_string(options_.self) + " in this topology"};
  const bool alive =
      edge->session != 0 && edge->silence.silent_for(transport_.now()) < options_.grace;
  if (alive && edge->peer_instance != hello.instance)
    return Refusal{2, "node " + std::to_string(hello.id) +
                          " is already running as another process (started twice?)"};
  return std::nullopt;
}

}  // namespace starling
