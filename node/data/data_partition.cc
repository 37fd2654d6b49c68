#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>

#include "node/data/data.h"
#include "node/data/loaders/loaders.h"
#include "node/error.h"
#include "topology/nearest.h"
#include "topology/random.h"

namespace starling {
namespace {

using Indices = std::vector<std::uint64_t>;
using Shards = std::vector<Indices>;

constexpr std::string_view kRules[] = {"iid",         "contiguous",  "sorted",
                                       "dirichlet:A", "groups:FILE", "sizes:powerlaw"};
constexpr int kDirichletDraws = 100;

Indices all_rows(std::uint64_t count) {
  Indices rows(count);
  std::iota(rows.begin(), rows.end(), std::uint64_t{0});
  return rows;
}

Indices shuffled_rows(std::uint64_t count, RandomStream& random) {
  Indices rows = all_rows(count);
  shuffle(rows, random);
  return rows;
}

// `rows` in order, cut into pieces of the given sizes.
Shards cut(const Indices& rows, const Indices& sizes) {
  Shards shards;
  auto begin = rows.begin();
  for (const std::uint64_t size : sizes) {
    shards.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    begin += static_cast<std::ptrdiff_t>(size);
  }
  return shards;
}

Shards cut_evenly(const Indices& rows, std::uint32_t nodes) {
  Indices sizes(nodes, rows.size() / nodes);
  for (std::uint64_t i = 0; i < rows.size() % nodes; ++i) ++sizes[i];
  return cut(rows, sizes);
}

Shards by_label(const Dataset& data, std::uint32_t nodes) {
  if (data.label.empty()) throw ConfigError("partition = sorted: the data has no labels");
  Indices rows = all_rows(data.rows());
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::uint64_t a, std::uint64_t b) { return data.label[a] < data.label[b]; });
  return cut_evenly(rows, nodes);
}

// The rows of one class dealt out in proportions drawn from Dirichlet(concentration).
void deal_class(const Indices& rows, double concentration, RandomStream& random, Shards& shards) {
  std::vector<double> share(shards.size());
  double total = 0;
  for (double& part : share) total += part = random.gamma(concentration);
  if (!(total > 0)) {  // all underflowed: the limit of a small concentration is one node
    share.assign(shards.size(), 0.0);
    share[random.below(shards.size())] = total = 1;
  }
  double reached = 0;
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    reached += share[i];
    const auto end =
        i + 1 == shards.size()
            ? rows.size()
            : std::min<std::uint64_t>(rows.size(),
                                      static_cast<std::uint64_t>(std::llround(
                                          reached / total * static_cast<double>(rows.size()))));
    for (; begin < end; ++begin) shards[i].push_back(rows[begin]);
  }
}

// An empty node takes a row of the largest, the lowest of equals.
void fill_empty(Shards& shards) {
  const auto smaller = [](const Indices& a, const Indices& b) { return a.size() < b.size(); };
  for (auto& shard : shards) {
    if (!shard.empty()) continue;
    auto& largest = *std::max_element(shards.begin(), shards.end(), smaller);
    shard.push_back(largest.back());
    largest.pop_back();
  }
}

Shards by_dirichlet(const Dataset& data, std::string_view rule, std::uint32_t nodes,
                    RandomStream& random) {
  double concentration = 0;
  if (!parse_number(rule.substr(10), concentration) || concentration < 1e-6 || concentration > 1e6)
    throw ConfigError("partition = " + std::string(rule) +
                      ": dirichlet:A needs a number A from 1e-6 to 1e6");
  if (data.classes == 0)
    throw ConfigError("partition = " + std::string(rule) + ": the data has no classes");
  std::vector<Indices> of_class(data.classes);
  for (std::uint64_t row = 0; row < data.rows(); ++row)
    of_class[static_cast<std::size_t>(data.label[row])].push_back(row);
  Shards shards;
  for (int draw = 0; draw < kDirichletDraws; ++draw) {
    shards.assign(nodes, {});
    for (auto& rows : of_class) {
      shuffle(rows, random);
      deal_class(rows, concentration, random, shards);
    }
    if (std::none_of(shards.begin(), shards.end(), [](const auto& s) { return s.empty(); }))
      return shards;
  }
  fill_empty(shards);  // a severe A over many nodes would be drawn for ever
  return shards;
}

std::vector<Indices> read_groups(const std::string& file, std::uint64_t rows) {
  const auto source = Source::open(file);
  std::vector<Indices> groups;  // in the order of their first row
  std::unordered_map<std::string, std::size_t> place;
  std::string_view line;
  while (source->line(line)) {
    if (source->line_number() > rows)
      source->fail_line("more lines than the data has rows (" + std::to_string(rows) + ")");
    if (line.empty()) source->fail_line("names no group");
    const auto [entry, fresh] = place.try_emplace(std::string(line), groups.size());
    if (fresh) groups.emplace_back();
    groups[entry->second].push_back(source->line_number() - 1);
  }
  if (source->line_number() < rows)
    source->fail(std::to_string(source->line_number()) + " lines for data of " +
                 std::to_string(rows) + " rows: one group each");
  return groups;
}

// Largest group first, each to the node with the fewest rows; the first of equals.
Shards by_groups(const Dataset& data, const std::string& file, std::uint32_t nodes) {
  auto groups = read_groups(file, data.rows());
  if (groups.size() < nodes)
    throw ConfigError(file + ": " + std::to_string(groups.size()) + " groups, fewer than " +
                      std::to_string(nodes) + " nodes");
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Indices& a, const Indices& b) { return a.size() > b.size(); });
  Shards shards(nodes);
  for (const auto& group : groups) {
    auto& least = *std::min_element(shards.begin(), shards.end(), [](const auto& a, const auto& b) {
      return a.size() < b.size();
    });
    least.insert(least.end(), group.begin(), group.end());
  }
  return shards;
}

// One row each, the rest in the proportions 1, 1/2, ... over a random order of the nodes.
Shards by_power_law(std::uint64_t rows, std::uint32_t nodes, RandomStream& random) {
  Indices order = shuffled_rows(nodes, random), sizes(nodes, 1);
  double total = 0, reached = 0;
  for (std::uint32_t rank = 1; rank <= nodes; ++rank) total += 1.0 / rank;
  std::uint64_t dealt = 0;
  for (std::uint32_t rank = 1; rank <= nodes; ++rank) {
    reached += 1.0 / rank;
    const std::uint64_t left = rows - nodes;
    const auto end = rank == nodes
                         ? left
                         : std::min(left, static_cast<std::uint64_t>(std::llround(
                                              reached / total * static_cast<double>(left))));
    sizes[order[rank - 1]] += end - dealt;
    dealt = end;
  }
  return cut(shuffled_rows(rows, random), sizes);
}

Shards shards_by(const Dataset& data, std::string_view rule, std::uint32_t nodes,
                 std::uint64_t seed) {
  RandomStream random(seed, Purpose::partition);
  if (rule == "iid") return cut_evenly(shuffled_rows(data.rows(), random), nodes);
  if (rule == "contiguous") return cut_evenly(all_rows(data.rows()), nodes);
  if (rule == "sorted") return by_label(data, nodes);
  if (rule.starts_with("dirichlet:")) return by_dirichlet(data, rule, nodes, random);
  if (rule.starts_with("groups:")) return by_groups(data, std::string(rule.substr(7)), nodes);
  if (rule == "sizes:powerlaw") return by_power_law(data.rows(), nodes, random);
  throw ConfigError("partition = " + std::string(rule) +
                    ": must be iid, contiguous, sorted, dirichlet:A, groups:FILE or "
                    "sizes:powerlaw" +
                    did_you_mean(rule, kRules));
}

}  // namespace

std::vector<std::vector<std::uint64_t>> partition_rows(const Dataset& data, std::string_view rule,
                                                       std::uint32_t nodes, std::uint64_t seed) {
  if (nodes == 0) throw ConfigError("partition: no nodes to cut the data for");
  if (data.rows() < nodes)
    throw ConfigError("partition = " + std::string(rule) + ": the data has " +
                      std::to_string(data.rows()) + " rows, fewer than " + std::to_string(nodes) +
                      " nodes");
  Shards shards = shards_by(data, rule, nodes, seed);
  for (auto& shard : shards) std::sort(shard.begin(), shard.end());
  return shards;
}

}  // namespace starling
