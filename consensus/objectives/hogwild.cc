#include "consensus/objectives/hogwild.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>

#include "consensus/objectives/objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kRun = 64;         // rows a thread takes at once
constexpr std::uint64_t kLeastRows = 256;  // that are worth a thread
constexpr std::uint64_t kLine = 8;         // doubles of a cache line
constexpr std::uint64_t kAhead = 4;        // rows from the one whose entries are fetched: rows are
                                           // drawn at random, and memory is what a step waits for

using Entries = DataRows::Entries;

double load(double& shared) { return std::atomic_ref(shared).load(std::memory_order_relaxed); }

// How one coordinate goes from its value v to change(v).
struct Store {
  template <class Change>
  static void apply(double& shared, Change change) {
    std::atomic_ref(shared).store(change(load(shared)), std::memory_order_relaxed);
  }
};
struct CompareExchange {
  template <class Change>
  static void apply(double& shared, Change change) {
    double seen = load(shared);
    while (!std::atomic_ref(shared).compare_exchange_weak(seen, change(seen),
                                                          std::memory_order_relaxed)) {
    }
  }
};

// One score z = a.x: slope() is loss'(z).
struct LogisticSlope {
  double operator()(double z, double label) const {
    return label > 0.5 ? -1 / (1 + std::exp(z)) : 1 / (1 + std::exp(-z));
  }
};
struct SquaredSlope {
  double operator()(double z, double label) const { return z - label; }
};
template <class Change, class Slope>
void step(const Slope& slope, const Entries& row, double label, double eta, const double* shrink,
          double* x) {
  double z = 0;
  for (std::uint64_t e = 0; e < row.size; ++e) z += row.value[e] * load(x[row.column[e]]);
  const double by = eta * slope(z, label);
  for (std::uint64_t e = 0; e < row.size; ++e) {
    const std::uint32_t k = row.column[e];
    Change::apply(x[k], [&](double v) { return (v - by * row.value[e]) * shrink[k]; });
  }
}

// A score for each class; z becomes eta times the slope along it.
struct CrossEntropySlope {
  std::vector<double> z;
};
template <class Change>
void step(CrossEntropySlope& slope, const Entries& row, double label, double eta,
          const double* shrink, double* x) {
  auto& z = slope.z;
  const std::uint64_t classes = z.size();
  std::fill(z.begin(), z.end(), 0.0);
  for (std::uint64_t e = 0; e < row.size; ++e)
    for (std::uint64_t c = 0; c < classes; ++c)
      z[c] += row.value[e] * load(x[row.column[e] * classes + c]);
  const double highest = *std::max_element(z.begin(), z.end());
  double total = 0;
  for (double& entry : z) total += entry = std::exp(entry - highest);
  for (double& entry : z) entry *= eta / total;
  z[static_cast<std::uint64_t>(label)] -= eta;
  for (std::uint64_t e = 0; e < row.size; ++e) {
    const std::uint32_t k = row.column[e];
    for (std::uint64_t c = 0; c < classes; ++c)
      Change::apply(x[k * classes + c],
                    [&](double v) { return (v - z[c] * row.value[e]) * shrink[k]; });
  }
}

// What a thread holds while it steps.
struct NoLock {
  template <class Step>
  void hold(const Entries&, Step inside) {
    inside();
  }
};
struct OneLock {
  std::mutex& mutex;
  template <class Step>
  void hold(const Entries&, Step inside) {
    const std::lock_guard guard(mutex);
    inside();
  }
};
// Ascending, so that no two threads wait for each other.
template <class Line>
struct LineLocks {
  Line* lines;
  std::uint64_t outputs;
  template <class Step>
  void hold(const Entries& row, Step inside) {
    for_each_line(row, [&](std::uint64_t line) { lines[line].mutex.lock(); });
    inside();
    for_each_line(row, [&](std::uint64_t line) { lines[line].mutex.unlock(); });
  }
  template <class Visit>
  void for_each_line(const Entries& row, Visit visit) const {
    std::uint64_t next = 0;
    for (std::uint64_t e = 0; e < row.size; ++e) {
      const std::uint64_t first = row.column[e] * outputs, last = first + outputs - 1;
      for (std::uint64_t line = std::max(next, first / kLine); line <= last / kLine; ++line)
        visit(line);
      next = last / kLine + 1;
    }
  }
};

}  // namespace

Sharing find_sharing(std::string_view name) {
  if (name == "hogwild") return Sharing::hogwild;
  if (name == "atomic") return Sharing::atomic;
  if (name == "striped") return Sharing::striped;
  if (name == "locked") return Sharing::locked;
  throw ObjectiveError("local.solver = " + std::string(name) +
                       ": must be hogwild, atomic, striped or locked");
}

Hogwild::Hogwild(const DataRows& rows, RowLoss loss, double l2, Sharing sharing,
                 std::uint32_t threads)
    : rows_(rows),
      loss_(loss),
      l2_(l2),
      sharing_(sharing),
      threads_(threads),
      outputs_(loss == RowLoss::cross_entropy ? rows.classes() : 1),
      frequency_(rows.columns(), 0.0),
      shrink_(rows.columns(), 1.0) {
  if (!rows.sparse())
    throw ObjectiveError(
        "local.solver: steps of single rows need sparse rows; these are dense, as dense files and "
        "standardize make them");
  if (threads == 0) throw ObjectiveError("local.threads = 0: at least 1");
  for (std::uint64_t row = 0; row < rows.count(); ++row) {
    const Entries entries = rows.entries(row);
    for (std::uint64_t e = 0; e < entries.size; ++e) frequency_[entries.column[e]] += 1;
  }
  for (double& frequency : frequency_) frequency /= static_cast<double>(rows.count());
  if (sharing == Sharing::locked) lines_ = std::make_unique<Line[]>(1);
  if (sharing == Sharing::striped)
    lines_ = std::make_unique<Line[]>(rows.columns() * outputs_ / kLine + 1);
}

void Hogwild::run(std::span<const std::uint64_t> order, double step_size, double* x) {
  prepare(order.size(), step_size, x);
  switch (loss_) {
    case RowLoss::logistic:
      return share(LogisticSlope{}, order, step_size, x);
    case RowLoss::squared:
      return share(SquaredSlope{}, order, step_size, x);
    case RowLoss::cross_entropy:
      return share(CrossEntropySlope{std::vector<double>(outputs_)}, order, step_size, x);
  }
}

void Hogwild::prepare(std::uint64_t updates, double step_size, double* x) {
  for (std::uint64_t k = 0; k < frequency_.size(); ++k) {
    if (step_size != step_size_ && frequency_[k] > 0)
      shrink_[k] = 1 / (1 + step_size * l2_ / frequency_[k]);
    if (frequency_[k] > 0 || l2_ == 0) continue;
    const double rest = std::pow(1 + step_size * l2_, -static_cast<double>(updates));
    for (std::uint64_t c = 0; c < outputs_; ++c) x[k * outputs_ + c] *= rest;
  }
  step_size_ = step_size;
  next_.store(0, std::memory_order_relaxed);
}

template <class Slope>
void Hogwild::share(const Slope& slope, std::span<const std::uint64_t> order, double step_size,
                    double* x) {
  const auto one = [&] {
    switch (sharing_) {
      case Sharing::hogwild:
        return work<Store>(slope, NoLock{}, order, step_size, x);
      case Sharing::atomic:
        return work<CompareExchange>(slope, NoLock{}, order, step_size, x);
      case Sharing::striped:
        return work<Store>(slope, LineLocks<Line>{lines_.get(), outputs_}, order, step_size, x);
      case Sharing::locked:
        return work<Store>(slope, OneLock{lines_[0].mutex}, order, step_size, x);
    }
  };
  std::vector<std::jthread> others;
  const std::uint64_t useful = std::max<std::uint64_t>(1, order.size() / kLeastRows);
  for (std::uint64_t t = 1; t < std::min<std::uint64_t>(threads_, useful); ++t)
    others.emplace_back(one);
  one();
}

template <class Change, class Slope, class Lock>
void Hogwild::work(Slope slope, Lock lock, std::span<const std::uint64_t> order, double step_size,
                   double* x) {
  for (;;) {
    const std::uint64_t first = next_.fetch_add(kRun, std::memory_order_relaxed);
    if (first >= order.size()) return;
    const std::uint64_t last = std::min<std::uint64_t>(first + kRun, order.size());
    for (std::uint64_t k = first; k < last; ++k) {
      const Entries row = rows_.entries(order[k]);
      if (k + kAhead < order.size()) {
        const Entries ahead = rows_.entries(order[k + kAhead]);
        __builtin_prefetch(ahead.column);
        __builtin_prefetch(ahead.value);
      }
      lock.hold(row, [&] {
        step<Change>(slope, row, rows_.label(order[k]), step_size, shrink_.data(), x);
      });
    }
  }
}

}  // namespace starling
