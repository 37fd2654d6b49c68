#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "topology/graph.h"

namespace starling {

// As many vectors as are iterated at once, node by node: each entry of a matrix that is read
// serves all four.
inline constexpr int kBlock = 4;
using Block = Eigen::Matrix<double, Eigen::Dynamic, kBlock, Eigen::RowMajor>;

// A = weighted Laplacian + diag(potential), all weights and potentials >= 0, in compressed rows:
//
//   (A x)_i = potential_i x_i + sum_j w_ij (x_i - x_j)
//
// Differences keep the digits of a small gap that  diagonal x_i - sum_j w_ij x_j  would lose.
struct WeightedGraph {
  std::vector<std::size_t> row;  // n + 1
  std::vector<NodeId> column;
  std::vector<double> weight, potential;

  NodeId nodes() const { return static_cast<NodeId>(potential.size()); }
  void multiply(const Block& x, Block& y) const;
};

// A symmetric positive approximation of A^{-1} by algebraic multigrid: nodes are paired twice
// along their heaviest edges, an aggregate of about four becomes one node of the next level, and
// A with piecewise constant interpolation stays a weighted Laplacian with a potential. A W-cycle
// with a Gauss-Seidel sweep down and one up.
//
// It damps smooth errors, which single steps of W hardly move: on a grid of any size a block
// iteration preconditioned with it needs a few tens of cycles.
// Keeps     about 2.5 times the matrix, and three blocks.
// Requires  a connected graph. A potential of zero leaves the constants as the null space; they
//           come out as they went in, up to a factor.
// Cost      a cycle: about six products.
// Source    [Notay2010] (pairwise aggregation).
class Multigrid {
 public:
  explicit Multigrid(const WeightedGraph& finest);
  void apply(const Block& b, Block& x) { cycle(0, b, x); }

 private:
  struct Level {
    WeightedGraph coarse;           // of the level below this one; level 0 refers to the caller's
    std::vector<NodeId> aggregate;  // node -> node of the level below
    std::vector<double> inverse;    // 1 / diagonal
    Block residual, coarse_b, coarse_x, coarse_more;
  };
  const WeightedGraph& graph(std::size_t level) const {
    return level == 0 ? finest_ : levels_[level - 1].coarse;
  }
  void cycle(std::size_t level, const Block& b, Block& x);
  void solve_coarsest(const Block& b, Block& x);

  const WeightedGraph& finest_;
  std::vector<Level> levels_;
  std::vector<double> last_inverse_;
  Eigen::LDLT<Eigen::MatrixXd> coarsest_;  // of the last level, when it is small
  bool small_ = false;
};

}  // namespace starling
