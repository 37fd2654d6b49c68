#include "topology/spectrum/block_iteration.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>

#include "topology/random.h"

namespace starling {
namespace {

using Row = Eigen::Array<double, 1, kBlock>;
using Small = Eigen::Matrix<double, kBlock, kBlock, Eigen::RowMajor>;
using Values = Eigen::Matrix<double, kBlock, 1>;

// X^T Y.
Small gram(const Block& x, const Block& y) {
  std::array<Row, kBlock> sums;
  sums.fill(Row::Zero());
  for (Eigen::Index i = 0; i < x.rows(); ++i)
    for (int a = 0; a < kBlock; ++a)
      sums[static_cast<std::size_t>(a)] += x(i, a) * y.row(i).array();
  Small result;
  for (int a = 0; a < kBlock; ++a) result.row(a) = sums[static_cast<std::size_t>(a)];
  return result;
}

// x += y c, or x = y c.
void add_product(Block& x, const Block& y, const Small& c, bool from_zero = false) {
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    Row sum = from_zero ? Row::Zero() : Row(x.row(i).array());
    for (int a = 0; a < kBlock; ++a) sum += y(i, a) * c.row(a).array();
    x.row(i) = sum;
  }
}

void leave_out(const Column* null, Block& x) {
  if (null == nullptr) return;
  Row sum = Row::Zero();
  for (Eigen::Index i = 0; i < x.rows(); ++i) sum += (*null)[i] * x.row(i).array();
  for (Eigen::Index i = 0; i < x.rows(); ++i) x.row(i).array() -= (*null)[i] * sum;
}

void normalize(Block& x, Block* image = nullptr) {
  Row squares = Row::Zero();
  for (Eigen::Index i = 0; i < x.rows(); ++i) squares += x.row(i).array().square();
  const Row scale = (squares > 0).select(squares.rsqrt(), Row::Zero());
  for (Eigen::Index i = 0; i < x.rows(); ++i) x.row(i).array() *= scale;
  if (image == nullptr) return;
  for (Eigen::Index i = 0; i < x.rows(); ++i) image->row(i).array() *= scale;
}

double error_of(const Values& values, const Values& residuals) {
  double error = residuals[0], squares = 0;
  for (int c = 1; c < kBlock; ++c) {
    squares += residuals[c - 1] * residuals[c - 1];
    const double apart = values[c] - residuals[c] - values[c - 1];
    if (apart > 0) error = std::min(error, squares / apart);
  }
  return error;
}

// The bases X, W, P of one step, each with its image under A.
class Iteration {
 public:
  Iteration(const BlockOperator& op, Eigen::Index size) : op_(op) {
    for (int k = 0; k < kBases; ++k) {
      basis_[k].setZero(size, kBlock);
      image_[k].setZero(size, kBlock);
    }
    residual_.resize(size, kBlock);
    RandomStream stream(3, Purpose::weights);
    for (Eigen::Index i = 0; i < size; ++i)
      for (int a = 0; a < kBlock; ++a) residual_(i, a) = stream.normal();
    leave_out(op.null, residual_);
    op.precondition(residual_, basis_[0]);  // rough modes are damped at once
    leave_out(op.null, basis_[0]);
    normalize(basis_[0]);
    op.product(basis_[0], image_[0]);
    combine(1);
  }

  // Residuals of the present vectors; their norms.
  Values measure() {
    Row squares = Row::Zero();
    for (Eigen::Index i = 0; i < residual_.rows(); ++i) {
      const Row r =
          image_[0].row(i).array() - basis_[0].row(i).array() * values_.transpose().array();
      residual_.row(i) = r;
      squares += r.square();
    }
    return squares.sqrt().matrix().transpose();
  }

  void step(int number) {
    op_.precondition(residual_, basis_[1]);
    leave_out(op_.null, basis_[1]);
    add_product(basis_[1], basis_[0], -gram(basis_[0], basis_[1]));
    normalize(basis_[1]);
    op_.product(basis_[1], image_[1]);
    normalize(basis_[2], &image_[2]);
    combine(number == 0 ? 2 : 3);
    constexpr int kRefresh = 8;  // images are carried along, and drift
    if (number % kRefresh == kRefresh - 1) {
      leave_out(op_.null, basis_[0]);
      op_.product(basis_[0], image_[0]);
    }
  }

  const Values& values() const { return values_; }
  Column vector() const { return basis_[0].col(0); }

 private:
  static constexpr int kBases = 3;

  // Rayleigh and Ritz in the span of the first `bases` bases; directions that are nearly dependent
  // are left out.
  void combine(int bases) {
    const int size = bases * kBlock;
    Eigen::MatrixXd lengths(size, size), energies(size, size);
    for (int a = 0; a < bases; ++a)
      for (int b = a; b < bases; ++b) {
        lengths.block(a * kBlock, b * kBlock, kBlock, kBlock) = gram(basis_[a], basis_[b]);
        energies.block(a * kBlock, b * kBlock, kBlock, kBlock) = gram(basis_[a], image_[b]);
      }
    lengths = lengths.selfadjointView<Eigen::Upper>();
    energies = energies.selfadjointView<Eigen::Upper>();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> span(lengths);
    int first = 0;
    while (first < size - kBlock &&
           span.eigenvalues()[first] < 1e-12 * span.eigenvalues()[size - 1])
      ++first;
    const Eigen::MatrixXd basis =
        span.eigenvectors().rightCols(size - first) *
        span.eigenvalues().tail(size - first).cwiseSqrt().cwiseInverse().asDiagonal();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz(basis.transpose() * energies * basis);
    const Eigen::MatrixXd best = basis * ritz.eigenvectors().leftCols(kBlock);
    values_ = ritz.eigenvalues().head<kBlock>();
    const auto part = [&](int k) -> Small { return best.middleRows(k * kBlock, kBlock); };
    for (auto* vectors : {&basis_, &image_}) {
      auto& [x, w, p] = *vectors;
      if (bases == 3) {
        add_product(p, p, part(2), true);
        add_product(p, w, part(1));
      } else if (bases == 2) {
        add_product(p, w, part(1), true);
      }
      add_product(x, x, part(0), true);
      if (bases > 1) x += p;
    }
  }

  const BlockOperator& op_;
  std::array<Block, kBases> basis_, image_;  // X, W, P
  Block residual_;
  Values values_;
};

}  // namespace

std::optional<LeastPair> least_eigenpair(const BlockOperator& op, Eigen::Index size,
                                         const std::function<double(double)>& tolerance,
                                         int iterations_max) {
  Iteration iteration(op, size);
  for (int k = 0; k < iterations_max; ++k) {
    const Values residuals = iteration.measure();
    const double value = iteration.values()[0];
    const double error = error_of(iteration.values(), residuals);
    if (error <= tolerance(value)) return LeastPair{iteration.vector(), value, error};
    iteration.step(k);
  }
  return std::nullopt;
}

}  // namespace starling
