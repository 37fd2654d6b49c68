#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "topology/digraph.h"
#include "topology/generators.h"

namespace starling {

// What is known of a schedule's mixing (catalogue A.6, A.7).
struct ScheduleRate {
  // The fewest rounds, counted from round 0, after which the product is J to 1e-12: within one
  // period, and so from the start of every period; none if never.
  std::optional<std::uint64_t> exact_after;
  // Rounds after which it is J wherever the window begins; 2 p - 1 holds a whole period and is
  // given where nothing better is known.
  std::optional<std::uint64_t> exact_from_any;
  // Contraction of the disagreement per round: for a period p |W_{p-1} ... W_0 - J|_2^(1/p), for
  // independent random rounds sqrt(|E[W^T W] - J|_2); 0 where exact_after is known.
  double per_round = 0;
};

// A graph that changes: W_0, W_1, ..., one mixing matrix per gossip round, evaluated alike on every
// node from (seed, round) without a message. In all of them rows and columns sum to one; weights
// are positive but for laplacian_factors and files.
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
  // The links it may ever use: what must be connected. Errors: GraphError above 10^8 links.
  virtual Graph links() const = 0;
  // links().edges(), without listing them where all pairs are links.
  virtual std::uint64_t link_count() const { return links().edges(); }
  // Whether every W_t is symmetric.
  virtual bool symmetric() const = 0;
  // What theory says, without multiplying matrices; a schedule without a period must know it.
  virtual std::optional<ScheduleRate> known_rate() const { return std::nullopt; }
};

// The rate the schedule knows, else that of one period, measured.
// Errors    GraphError where the iteration for it does not settle: a rate that may be wrong is not
//           returned.
ScheduleRate schedule_rate(const Schedule& schedule);

// |W_{t+K-1} ... W_t - J|_2: the worst-case factor on the disagreement over K rounds from round t.
// Errors    as schedule_rate.
double window_contraction(const Schedule& schedule, std::uint64_t t, std::uint64_t rounds);

// The fewest rounds from round t after which what any node holds at t has reached all; none within
// `most`. Cost: n^2 / 64 words per arc and round. Errors: GraphError above 10^5 nodes.
std::optional<std::uint64_t> reach(const Schedule& schedule, std::uint64_t t, std::uint64_t most);

// One kind of schedule. It reads the parameters of a graph kind (degree: the most neighbors of a
// node in one round; graphs: the static graphs it is made of).
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
