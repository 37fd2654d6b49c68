#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "topology/digraph.h"
#include "topology/generators.h"

namespace starling {

// A graph that changes: W_0, W_1, ..., one mixing matrix per gossip round, evaluated alike on every
// node from (seed, round) without a message. All are doubly stochastic.
//
// Requires  round(t) is a pure function of t, the same bits on every node.
// Threads   const members may be called from several threads.
class Schedule {
 public:
  virtual ~Schedule() = default;
  virtual NodeId nodes() const = 0;
  // W_t.
  virtual DirectedMatrix round(std::uint64_t t) const = 0;
  // The least p with W_{t+p} = W_t for all t; none for a random one.
  virtual std::optional<std::uint64_t> period() const { return std::nullopt; }
  // The links it may ever use: what must be connected.
  virtual Graph links() const = 0;
  // Whether every W_t is symmetric.
  virtual bool symmetric() const = 0;
};

// What is known of a schedule's mixing (catalogue A.6, A.7).
struct ScheduleRate {
  // Rounds after which, from any round on, the product is J to 1e-12; none if never.
  std::optional<std::uint64_t> exact_after;
  // Contraction of the disagreement per round: for a period p |W_{p-1} ... W_0 - J|_2^(1/p), for
  // independent random rounds sqrt(|E[W^T W] - J|_2); 0 where exact_after is known.
  double per_round = 0;
};
ScheduleRate schedule_rate(const Schedule& schedule);

// |W_{t+K-1} ... W_t - J|_2: the worst-case factor on the disagreement over K rounds from round t.
double window_contraction(const Schedule& schedule, std::uint64_t t, std::uint64_t rounds);

// The fewest rounds from round t after which what any node holds at t has reached all; none within
// `most`.
std::optional<std::uint64_t> reach(const Schedule& schedule, std::uint64_t t, std::uint64_t most);

// One kind of schedule. It reads the parameters of a graph kind (degree: the most neighbors of a
// node in one round).
struct ScheduleKind {
  std::string_view name;
  std::string_view summary;
  std::string_view parameters;
  std::string_view source;
  std::unique_ptr<Schedule> (*make)(const GraphParameters&);
};
std::span<const ScheduleKind> schedule_kinds();
const ScheduleKind* find_schedule(std::string_view name);
// Throws GraphError: unknown kind (with the nearest name), bad size (key, value, what is allowed).
std::unique_ptr<Schedule> make_schedule(std::string_view kind, const GraphParameters& parameters);

}  // namespace starling
