#include "tools/bench/exchange_task.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <span>
#include <sstream>
#include <stdexcept>

#include "consensus/pool.h"

namespace starling {
namespace {

namespace po = boost::program_options;

std::vector<std::pair<int, int>> parse_edges(const std::string& text, int nodes) {
  std::vector<std::pair<int, int>> edges;
  std::stringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    int a = -1, b = -1;
    if (std::sscanf(word.c_str(), "%d-%d", &a, &b) != 2 || a < 0 || b < 0 || a == b || a >= nodes ||
        b >= nodes)
      throw std::runtime_error("--edges: '" + word + "' is not I-J of two nodes below --nodes");
    edges.emplace_back(a, b);
  }
  return edges;
}

void pin_to_core(int node) {
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(node % std::max(1L, cores)), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error("--pin: refused");
}

double quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1) + 0.5)];
}

void write_samples(const ExchangeTask& task, const float* x, double* out) {
  for (const std::size_t k : task.samples()) *out++ = static_cast<double>(x[k]);
}

void append_numbers(std::string& text, std::span<const double> values) {
  char number[32];
  for (std::size_t s = 0; s < values.size(); ++s) {
    std::snprintf(number, sizeof number, "%s%.9g", s ? "," : "", values[s]);
    text += number;
  }
}

}  // namespace

std::vector<int> ExchangeTask::neighbors(int node) const {
  std::vector<int> found;
  for (const auto& [a, b] : edges) {
    if (a == node) found.push_back(b);
    if (b == node) found.push_back(a);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<float> ExchangeTask::weights(int node) const {
  std::vector<float> result;
  const std::vector<int> own = neighbors(node);
  for (const int other : own)
    result.push_back(static_cast<float>(
        1.0 / (1.0 + static_cast<double>(std::max(own.size(), neighbors(other).size())))));
  return result;
}

std::vector<std::size_t> ExchangeTask::samples() const {
  std::vector<std::size_t> result;
  for (std::size_t k = 0; k < values; k += stride) result.push_back(k);
  if (result.back() != values - 1) result.push_back(values - 1);
  return result;
}

ExchangeTask parse_exchange_task(int argc, char** argv) {
  ExchangeTask task;
  std::string edges;
  po::options_description options;
  auto add = options.add_options();
  add("nodes", po::value(&task.nodes)->required(), "number of nodes");
  add("edges", po::value(&edges)->required(), "I-J,...");
  add("values", po::value(&task.values)->required(), "float32 values per message");
  add("rounds", po::value(&task.rounds)->required(), "measured rounds");
  add("warm-up", po::value(&task.warm_up)->default_value(1), "rounds before them");
  add("stride", po::value(&task.stride)->default_value(1), "between reported coordinates");
  add("pin", po::bool_switch(&task.pin), "node i on core i mod cores");
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, options), given);
  po::notify(given);
  if (task.nodes < 1 || task.values < 1 || task.values > 1'000'000'000 || task.rounds < 1 ||
      task.warm_up < 1 || task.stride < 1)
    throw std::runtime_error("nodes, values (to 1e9), rounds, warm-up, stride: at least 1");
  task.edges = parse_edges(edges, task.nodes);
  return task;
}

float exchange_input(int node, std::uint64_t k) {
  const std::uint64_t mixed = k * 2654435761u + static_cast<std::uint64_t>(node + 1) * 2246822519u;
  return static_cast<float>((mixed >> 8) & 0xFFFFFF) * 0x1p-23f - 1.0f;
}

std::size_t report_size(const ExchangeTask& task) { return 3 + 2 * task.samples().size(); }

void run_exchange(const ExchangeTask& task, int node, const ExchangeRound& round, double* report) {
  using Clock = std::chrono::steady_clock;
  if (task.pin) pin_to_core(node);
  Pool pool;
  const Buffer a = pool.take(task.values * sizeof(float)), b = pool.take(a.size());
  float* own = reinterpret_cast<float*>(a.data());
  float* next = reinterpret_cast<float*>(b.data());
  for (std::size_t k = 0; k < task.values; ++k) own[k] = exchange_input(node, k);
  std::fill_n(next, task.values, 0.0f);

  std::vector<double> seconds;
  const std::size_t samples = task.samples().size();
  Clock::time_point before;
  for (int r = 0; r < task.warm_up + task.rounds; ++r) {
    round(own, next);
    std::swap(own, next);
    if (r == 0) write_samples(task, own, report + 3);
    const Clock::time_point now = Clock::now();
    if (r >= task.warm_up) seconds.push_back(std::chrono::duration<double>(now - before).count());
    before = now;
  }
  write_samples(task, own, report + 3 + samples);
  std::sort(seconds.begin(), seconds.end());
  report[0] = seconds.front();
  report[1] = quantile(seconds, 0.5);
  report[2] = quantile(seconds, 0.99);
}

std::string exchange_json(const ExchangeTask& task, const double* reports) {
  const std::size_t samples = task.samples().size();
  std::string text = "{\"nodes\":[";
  for (int node = 0; node < task.nodes; ++node) {
    const double* report = reports + static_cast<std::size_t>(node) * report_size(task);
    char times[128];
    std::snprintf(times, sizeof times,
                  "%s{\"round_seconds\":{\"min\":%.9g,\"median\":%.9g,\"p99\":%.9g},\"first\":[",
                  node ? "," : "", report[0], report[1], report[2]);
    text += times;
    append_numbers(text, {report + 3, samples});
    text += "],\"last\":[";
    append_numbers(text, {report + 3 + samples, samples});
    text += "]}";
  }
  return text + "]}";
}

}  // namespace starling
