#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "consensus/objectives/rows.h"

namespace starling {

// The loss of a row's scores z_c = a.w_c: log(1 + exp(-b z)) with b = 2 label - 1, (z - label)^2 /
// 2, or cross entropy over all classes.
enum class RowLoss { logistic, squared, cross_entropy };

// How threads share x. `hogwild` loads and stores each coordinate, relaxed: of two updates at the
// same instant one may be lost. `atomic` exchanges it until none is lost. `striped` locks the cache
// lines that a row touches, in ascending order, `locked` all of x.
enum class Sharing { hogwild, atomic, striped, locked };
// Errors    ObjectiveError: no such word.
Sharing find_sharing(std::string_view name);

// Stochastic gradient steps of single rows by several threads on one x, without locks: Hogwild!.
//
//   f(x) = 1/m sum_s loss(a_s.x) + l2/2 |x|^2
//        = 1/m sum_s [ loss(a_s.x) + l2/2 sum_{k in s} m/c_k x_k^2 ]
//
//   x_k <- (x_k - eta loss'(a_s.x) a_sk) / (1 + eta l2 m/c_k),    for k in row s and no other
//
// c_k is how many rows have column k, so the mean over all rows is f without bias, and an update
// reads and writes no more than its row. The L2 term is taken implicitly: explicitly, a column of
// few rows would diverge from eta = 2 c_k / (l2 m) on. A column of no row meets only its L2 term:
// it is divided by 1 + eta l2 once an update. With one thread this is sequential SGD, the same bits
// in every run. With more, which of two updates comes first, or is lost, is up to the machine: no
// two runs agree.
//
// Shapes    x: columns x outputs row by row; outputs = classes for cross entropy, else 1.
// Requires  sparse rows, each column at most once in a row.
// Threads   `threads` of them within run, at least 256 rows for each; a plain load and store of an
//           aligned double.
// Errors    ObjectiveError: dense rows, no threads.
// Source    [RechtEtAl2011]; departures: the L2 term is implicit, and `hogwild` may lose an update
//           where the paper adds atomically (`atomic` does: it costs more than the losses do,
//           docs/benchmarks/hogwild.md).
class Hogwild {
 public:
  Hogwild(const DataRows& rows, RowLoss loss, double l2, Sharing sharing, std::uint32_t threads);

  std::uint64_t dimension() const { return frequency_.size() * outputs_; }
  // One update for each row of `order`; threads take runs of it in turn.
  void run(std::span<const std::uint64_t> order, double step_size, double* x);

 private:
  struct alignas(64) Line {
    std::mutex mutex;
  };
  // What does not depend on the rows drawn: shrink_ for this eta, columns of no row.
  void prepare(std::uint64_t updates, double step_size, double* x);
  template <class Slope>
  void share(const Slope& slope, std::span<const std::uint64_t> order, double step_size, double* x);
  template <class Change, class Slope, class Lock>
  void work(Slope slope, Lock lock, std::span<const std::uint64_t> order, double step_size,
            double* x);

  const DataRows& rows_;
  const RowLoss loss_;
  const double l2_;
  const Sharing sharing_;
  const std::uint32_t threads_;
  const std::uint64_t outputs_;
  std::vector<double> frequency_;  // c_k / m
  std::vector<double> shrink_;     // 1 / (1 + eta l2 m/c_k) for eta = step_size_
  double step_size_ = 0;
  std::unique_ptr<Line[]> lines_;  // striped: a lock for each 64 bytes of x; locked: one
  alignas(64) std::atomic<std::uint64_t> next_{0};  // of the order, that no thread has taken
};

}  // namespace starling
