#include <Spectra/GenEigsSolver.h>
#include <Spectra/SymEigsSolver.h>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <complex>

#include "topology/directed_spectrum.h"
#include "topology/random.h"
#include "topology/spectrum/circulant.h"

namespace starling {
namespace {

using Column = Eigen::VectorXd;
using ComplexColumn = Eigen::VectorXcd;

constexpr NodeId kDenseNodes = 400;  // a second or two
constexpr Eigen::Index kBasis = 40;  // vectors of a Krylov space
constexpr Eigen::Index kRestarts = 2000;
constexpr double kTolerance = 1e-10;  // of a residual

// W, or its transpose where only the rows sum to one: then columns do, and the eigenvalues are the
// same.
class ColumnStochastic {
 public:
  ColumnStochastic(const DirectedMatrix& matrix, Stochastic sums)
      : matrix_(matrix), transposed_(sums == Stochastic::rows) {}
  Eigen::Index size() const { return matrix_.graph.nodes(); }
  void multiply(const double* x, double* y, bool transpose = false) const {
    const auto n = static_cast<std::size_t>(size());
    if (transpose == transposed_)
      starling::multiply(matrix_, {x, n}, {y, n});
    else
      scatter(x, y);
  }
  Eigen::MatrixXd dense() const {
    Eigen::MatrixXd result(size(), size());
    for (Eigen::Index j = 0; j < size(); ++j) {
      const Column unit = Column::Unit(size(), j);
      multiply(unit.data(), result.col(j).data());
    }
    return result;
  }

 private:
  void scatter(const double* x, double* y) const {
    for (NodeId i = 0; i < matrix_.graph.nodes(); ++i) y[i] = matrix_.diagonal[i] * x[i];
    for (NodeId i = 0; i < matrix_.graph.nodes(); ++i) {
      const auto sources = matrix_.graph.sources(i);
      for (std::size_t k = 0; k < sources.size(); ++k) y[sources[k]] += matrix_.row(i)[k] * x[i];
    }
  }
  const DirectedMatrix& matrix_;
  bool transposed_;
};

void center(Eigen::Map<Column> x) { x.array() -= x.mean(); }

// C on the vectors that sum to zero; the rest goes to 0. Or C itself.
struct Operator {
  using Scalar = double;
  const ColumnStochastic& c;
  bool centered;
  Eigen::Index rows() const { return c.size(); }
  Eigen::Index cols() const { return c.size(); }
  void perform_op(const double* x, double* y) const {
    Column in = Eigen::Map<const Column>(x, c.size());
    if (centered) center(Eigen::Map<Column>(in.data(), in.size()));
    c.multiply(in.data(), y);
    if (centered) center(Eigen::Map<Column>(y, c.size()));
  }
};

// (C - J)^T (C - J) of a doubly stochastic C.
struct Gram {
  using Scalar = double;
  const ColumnStochastic& c;
  Eigen::Index rows() const { return c.size(); }
  Eigen::Index cols() const { return c.size(); }
  void perform_op(const double* x, double* y) const {
    Column in = Eigen::Map<const Column>(x, c.size()), middle(c.size());
    center(Eigen::Map<Column>(in.data(), in.size()));
    c.multiply(in.data(), middle.data());
    c.multiply(middle.data(), y, true);
    center(Eigen::Map<Column>(y, c.size()));
  }
};

Column random_start(Eigen::Index n) {
  RandomStream stream(1, Purpose::weights);
  Column start(n);
  for (double& value : start) value = stream.normal();
  return start;
}

struct Pair {
  std::complex<double> value;
  ComplexColumn vector;
};

double residual(const ColumnStochastic& c, const Pair& pair) {
  Column real = pair.vector.real(), imaginary = pair.vector.imag(), y(c.size());
  ComplexColumn product(c.size());
  c.multiply(real.data(), y.data());
  product.real() = y;
  c.multiply(imaginary.data(), y.data());
  product.imag() = y;
  return (product - pair.value * pair.vector).norm() / pair.vector.norm();
}

[[noreturn]] void not_found(NodeId nodes, const char* what) {
  throw GraphError(std::string(what) + " of this directed graph of " + std::to_string(nodes) +
                   " nodes was not found: Arnoldi did not converge; it mixes too slowly");
}

// The eigenvalue of largest modulus, by restarted Arnoldi.
Pair largest(const Operator& op, NodeId nodes, const char* what) {
  // Two are asked for: a complex pair stays together.
  Spectra::GenEigsSolver<Operator> solver(const_cast<Operator&>(op), 2, kBasis);
  const Column start = random_start(op.rows());
  solver.init(start.data());
  if (solver.compute(Spectra::SortRule::LargestMagn, kRestarts, kTolerance) < 1)
    not_found(nodes, what);
  return {solver.eigenvalues()(0), solver.eigenvectors(1).col(0)};
}

Pair second_dense(const ColumnStochastic& c) {
  Eigen::MatrixXd matrix = c.dense();
  matrix.rowwise() -= matrix.colwise().mean().eval();
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix);
  Eigen::Index at = 0;
  solver.eigenvalues().cwiseAbs().maxCoeff(&at);
  return {solver.eigenvalues()(at), solver.eigenvectors().col(at)};
}

// p = C p, sum p = 1: the last of the dependent equations makes room for the sum.
Column perron_dense(const ColumnStochastic& c) {
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(c.size(), c.size()) - c.dense();
  matrix.bottomRows(1).setOnes();
  return matrix.partialPivLu().solve(Column::Unit(c.size(), c.size() - 1));
}

Column perron_arnoldi(const ColumnStochastic& c, NodeId nodes) {
  const Column p = largest({c, false}, nodes, "the Perron vector").vector.real();
  return p / p.sum();
}

double norm_of(const ColumnStochastic& c, NodeId nodes) {
  if (nodes <= kDenseNodes) {
    Eigen::MatrixXd matrix = c.dense();
    matrix.array() -= 1.0 / static_cast<double>(nodes);
    return Eigen::BDCSVD<Eigen::MatrixXd>(matrix).singularValues()(0);
  }
  Gram gram{c};
  Spectra::SymEigsSolver<Gram> solver(gram, 1, kBasis);
  const Column start = random_start(c.size());
  solver.init(start.data());
  if (solver.compute(Spectra::SortRule::LargestAlge, kRestarts, kTolerance) < 1)
    not_found(nodes, "|W - J|");
  return std::sqrt(solver.eigenvalues()(0));
}

// A node that node 0 does not reach, or that does not reach it.
void require_strongly_connected(const Digraph& graph) {
  if (strongly_connected(graph)) return;
  for (const bool forward : {true, false}) {
    std::vector<bool> seen(graph.nodes(), false);
    std::vector<NodeId> open = {0};
    seen[0] = true;
    while (!open.empty()) {
      const NodeId i = open.back();
      open.pop_back();
      for (const NodeId j : forward ? graph.targets(i) : graph.sources(i))
        if (!seen[j]) {
          seen[j] = true;
          open.push_back(j);
        }
    }
    const auto missing = std::find(seen.begin(), seen.end(), false) - seen.begin();
    if (missing == graph.nodes()) continue;
    const std::string other = std::to_string(missing);
    throw GraphError("the graph is not strongly connected: nothing of node " +
                     (forward ? "0 reaches node " + other : other + " reaches node 0"));
  }
}

}  // namespace

DirectedSpectrum directed_spectrum(const DirectedMatrix& matrix) {
  require_strongly_connected(matrix.graph);
  DirectedSpectrum found;
  found.sums = stochastic_sums(matrix);
  const NodeId n = matrix.graph.nodes();
  const bool both = found.sums == Stochastic::both;
  if (both) found.perron.assign(n, 1 / static_cast<double>(n));
  if (n == 1) {
    found.norm = 0;
    found.method = "closed form";
    return found;
  }
  if (const auto gap = both ? circulant_gap(matrix) : std::nullopt) {
    found.gap = *gap;
    found.norm = 1 - *gap;
    found.method = "closed form";
    return found;
  }
  const ColumnStochastic c(matrix, found.sums);
  const bool dense = n <= kDenseNodes;
  const Pair second = dense ? second_dense(c) : largest({c, true}, n, "the second eigenvalue");
  found.gap = 1 - std::abs(second.value);
  found.residual = residual(c, second);
  found.method = dense ? "dense" : "arnoldi";
  if (both) {
    found.norm = norm_of(c, n);
  } else {
    const Column p = dense ? perron_dense(c) : perron_arnoldi(c, n);
    found.perron.assign(p.begin(), p.end());
  }
  return found;
}

long long rounds_to(const DirectedSpectrum& spectrum, double target) {
  if (target >= 1) return 0;
  const double rounds = std::ceil(std::log(target) / std::log1p(-spectrum.gap));
  if (!(rounds < 9e18)) throw GraphError("no number of rounds reaches the target: slem is 1");
  return std::max(static_cast<long long>(rounds), 1LL);  // 1 where slem is 0
}

}  // namespace starling
