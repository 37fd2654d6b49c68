#pragma once

#include <Eigen/SparseCholesky>
#include <cstddef>
#include <optional>
#include <vector>

#include "topology/graph.h"
#include "topology/spectrum/symmetrized.h"

namespace starling {

// An elimination order of the nodes (approximate minimum degree) and what a Cholesky factor in it
// would cost.
struct Elimination {
  std::vector<int> place;  // node -> its place in the order
  std::size_t fill = 0;    // entries of the factor below the diagonal
  double products = 0;     // sum of the squares of its column lengths
};

// Empty when the factor would have more than `fill_max` entries: on expanders it fills in, O(n^2).
// Cost      the ordering, and O(fill_max) time; O(n + m) memory: nothing is factorised.
std::optional<Elimination> elimination(const Graph& graph, std::size_t fill_max);

// The Cholesky factor of  scale * (S - shift I)  without the last `left_out` nodes of the order.
class Factor {
 public:
  Factor(const Symmetrized& s, const Elimination& order, double scale, double shift, int left_out);
  bool positive_definite() const { return solver_.info() == Eigen::Success; }
  // x with (the matrix) x = b; zero at the nodes left out.
  void solve(const Column& b, Column& x) const;

 private:
  const std::vector<int>& place_;
  int size_;
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>, Eigen::Lower, Eigen::NaturalOrdering<int>>
      solver_;
};

}  // namespace starling
