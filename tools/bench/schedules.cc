#include "tools/bench/schedules.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <system_error>

#include "topology/schedule.h"

namespace starling {
namespace {

constexpr std::uint64_t kNodes = 1'000'000;
constexpr std::uint64_t kNodesMost = 5'000'000;
constexpr std::uint64_t kRounds = 50;  // of each schedule, at most

struct Case {
  const char* kind;
  std::uint64_t nodes, degree = 0;
  const char* graphs = "";
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string number(std::optional<std::uint64_t> value) {
  return value ? std::to_string(*value) : "-";
}

// In the child: measures, prints all of the line but the memory.
int measure(const Case& c) {
  GraphParameters parameters;
  parameters.nodes = c.nodes;
  if (c.degree) parameters.degree = c.degree;
  parameters.graphs = c.graphs;
  const auto start = std::chrono::steady_clock::now();
  const auto schedule = make_schedule(c.kind, parameters);
  // Two static graphs have no closed form to their product: only their rounds are measured.
  const bool known = std::strcmp(c.kind, "alternating") != 0;
  const ScheduleRate rate = known ? schedule_rate(*schedule) : ScheduleRate{};
  const double made = seconds_since(start);
  double slowest = 0;
  std::size_t arcs = 0;
  const std::uint64_t rounds = std::min(kRounds, schedule->period().value_or(5));
  for (std::uint64_t t = 0; t < rounds; ++t) {
    const auto begin = std::chrono::steady_clock::now();
    const DirectedMatrix matrix = schedule->round(t);
    slowest = std::max(slowest, seconds_since(begin));
    arcs = std::max(arcs, matrix.graph.arcs());
  }
  std::string name = c.kind;
  if (c.degree) name += " k=" + std::to_string(c.degree);
  if (*c.graphs) name += std::string(" ") + c.graphs;
  char contraction[16] = "-";
  if (known) std::snprintf(contraction, sizeof contraction, "%.4f", rate.per_round);
  std::printf("%-32s %9llu %7s %12s %8s %9.2f %10zu %9.3f", name.c_str(),
              static_cast<unsigned long long>(c.nodes), number(schedule->period()).c_str(),
              number(rate.exact_after).c_str(), contraction, made, arcs, slowest);
  std::fflush(stdout);
  return 0;
}

int run_case(const Case& c) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) return 1;
  if (child == 0) {
    int code = 1;
    try {
      code = measure(c);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "starling-bench: %s: %s\n", c.kind, error.what());
    }
    std::_Exit(code);
  }
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return 1;
  std::printf(" %9ld\n", usage.ru_maxrss / 1024);
  return 0;
}

}  // namespace

int bench_schedules(int argc, char** argv) {
  std::uint64_t nodes = kNodes;
  if (argc > 1) {
    const char* const last = argv[1] + std::strlen(argv[1]);
    const auto [end, error] = std::from_chars(argv[1], last, nodes);
    if (error != std::errc{} || end != last || argc > 2 || nodes < 8 || nodes > kNodesMost) {
      std::fprintf(stderr, "starling-bench: nodes = '%s'; allowed: one number, 8..%llu\n", argv[1],
                   static_cast<unsigned long long>(kNodesMost));
      return 2;
    }
  }
  const std::uint64_t power = std::bit_ceil(nodes);
  const Case cases[] = {{"one_peer_exponential", nodes},
                        {"one_peer_exponential", power},
                        {"hypercube_exchange", power},
                        {"base_graph", nodes, 1},
                        {"base_graph", nodes - 1, 1},
                        {"base_graph", nodes - 1, 4},
                        {"random_matching", nodes},
                        {"od_equidyn", nodes},
                        {"ou_equidyn", nodes},
                        {"laplacian_factors", power, 0, "hypercube"},
                        {"alternating", nodes, 0, "ring,torus"}};
  std::printf("%-32s %9s %7s %12s %8s %9s %10s %9s %9s\n", "schedule", "nodes", "period",
              "exact_after", "rate", "make s", "arcs", "round s", "peak MiB");
  int failures = 0;
  for (const Case& c : cases) failures += run_case(c);
  return failures == 0 ? 0 : 1;
}

}  // namespace starling
