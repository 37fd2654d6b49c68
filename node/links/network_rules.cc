#include "node/links/network_rules.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <sstream>

namespace starling {

namespace {
constexpr std::string_view kMismatch = "configurations differ: ";

std::set<std::string> words_of(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

bool same_value(const std::string& key, const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return true;
  if (!key.starts_with("node.") || !key.ends_with(".public_key")) return false;
  const auto known = words_of(ours), told = words_of(theirs);
  return std::ranges::any_of(told, [&](const std::string& word) { return known.contains(word); });
}

}  // namespace

std::optional<Refusal> compare_shared(NodeId self, const std::map<std::string, std::string>& ours,
                                      const Greeting& theirs) {
  const auto value = [](const std::map<std::string, std::string>& shared, const std::string& key) {
    const auto found = shared.find(key);
    return found == shared.end() ? std::string("nothing") : found->second;
  };
  const std::string name = "shared.name";
  if (value(ours, name) != value(theirs.shared, name))
    return Refusal{2, "another cluster: " + name + " is " + value(ours, name) + " on node " +
                          std::to_string(self) + " and " + value(theirs.shared, name) +
                          " on node " + std::to_string(theirs.id)};
  std::map<std::string, std::string> all = ours;
  all.insert(theirs.shared.begin(), theirs.shared.end());
  for (const auto& [key, ignored] : all) {
    if (same_value(key, value(ours, key), value(theirs.shared, key))) continue;
    return Refusal{2, std::string(kMismatch) + key + " is " + value(ours, key) + " on node " +
                          std::to_string(self) + " and " + value(theirs.shared, key) + " on node " +
                          std::to_string(theirs.id)};
  }
  return std::nullopt;
}

Refusal not_its_key(NodeId self, NodeId claimed) {
  return {2, "node " + std::to_string(self) + " refuses: the key is not that of node " +
                 std::to_string(claimed) + " in its address book"};
}

std::vector<std::byte> control_frame(FrameHeader header, std::string_view body) {
  const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
  header.payload_bytes = static_cast<std::uint32_t>(body.size());
  std::vector<std::byte> frame(kHeaderBytes + body.size());
  encode(header, std::span<std::byte, kHeaderBytes>(frame.data(), kHeaderBytes));
  std::copy_n(bytes.begin(), body.size(), frame.begin() + kHeaderBytes);
  seal(frame, hash_payload(bytes));
  return frame;
}

double wall_clock_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

ProbeBody answer_to(const ProbeBody& probe, NodeId self, bool running,
                    const std::map<std::string, std::string>& shared) {
  return {self, probe.number, true, running, wall_clock_s(), shared, {}};
}

bool is_mismatch(const Refusal& refusal) { return refusal.reason.starts_with(kMismatch); }

std::vector<StateBody> state_since(const Facts& facts, std::uint64_t learned) {
  // A record may name kMostHeld snapshots, twice; a proposal is up to 64 KiB of text. Edges come
  // first: who knows a record knows the counters it was made with.
  constexpr std::size_t kMostEdges = 256, kMostNodes = 24;
  std::vector<StateBody> bodies;
  const auto add = [&]() -> StateBody& {
    bodies.emplace_back().late = facts.late();
    return bodies.back();
  };
  const auto with_room = [&]() -> StateBody& {
    const bool full = bodies.empty() || bodies.back().edges.size() == kMostEdges ||
                      bodies.back().nodes.size() == kMostNodes;
    return full ? add() : bodies.back();
  };
  for (std::size_t e = 0; e < facts.edges().size(); ++e) {
    const Edge& edge = facts.edges()[e];
    if (facts.edge_learned(e) > learned)
      with_room().edges.push_back({edge, facts.edge(e), facts.heals(edge.u, edge.v)});
  }
  for (NodeId i = 0; i < facts.graph().nodes(); ++i)
    if (facts.node_learned(i) > learned && facts.samples(i) > 0)
      with_room().nodes.push_back({i, facts.samples(i), facts.prepared(i), facts.next(i)});
  if (facts.rest_learned() > learned) {
    if (facts.proposal().sequence > 0) add().proposal = facts.proposal();
    if (facts.in_force().sequence > 0) add().in_force = facts.in_force();
    if (bodies.empty()) add();  // late is all
  }
  return bodies;
}

}  // namespace starling
