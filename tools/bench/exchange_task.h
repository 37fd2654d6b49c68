#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace starling {

// What every peer of the exchange benchmark does: plain gossip, free running, without a barrier.
//
//   x_i <- x_i + sum_j w_ij (x_j - x_i),   w_ij = 1 / (1 + max(degree_i, degree_j)),   float32
//
// The x_i begin at exchange_input, which tools/bench/exchange_lib/oracle.py computes for itself: it
// checks the samples below, so a peer is believed only when its averages are right.
struct ExchangeTask {
  int nodes = 0;
  std::vector<std::pair<int, int>> edges;
  std::size_t values = 0;  // d
  int rounds = 0;          // measured
  int warm_up = 0;         // before them, at least 1
  std::size_t stride = 1;  // coordinates 0, stride, 2 stride, ... and d - 1 are reported
  bool pin = false;        // node i on core i mod cores

  std::vector<int> neighbors(int node) const;  // ascending
  std::vector<float> weights(int node) const;  // in the order of neighbors
  std::vector<std::size_t> samples() const;
};

// --nodes N --edges 0-1,1-2 --values D --rounds R --warm-up W --stride S [--pin]
// Errors    std::runtime_error, one line.
ExchangeTask parse_exchange_task(int argc, char** argv);

// [-1, 1), the same exact float everywhere: bits 8..31 of k 2654435761 + (node + 1) 2246822519.
float exchange_input(int node, std::uint64_t k);

// How many doubles one node reports: min, median, p99 of the seconds from the end of a round to the
// end of the next, over the measured rounds; then the samples after the first round, then after the
// last. Flat, so that it fits in shared memory and in a message.
std::size_t report_size(const ExchangeTask& task);

// One round of one node: reads own, writes next.
using ExchangeRound = std::function<void(const float* own, float* next)>;

// Runs all rounds of a node and fills `report`.
void run_exchange(const ExchangeTask& task, int node, const ExchangeRound& round, double* report);

// One JSON line: {"nodes": [{"round_seconds": {...}, "first": [...], "last": [...]}, ...]}.
std::string exchange_json(const ExchangeTask& task, const double* reports);

}  // namespace starling
