#include "topology/weights/extreme_pairs.h"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "topology/random.h"

namespace starling {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kFirstSweeps = 30;
constexpr int kLaterSweeps = 4;  // where eigenvalues crowd, the next call goes on

bool settled(const ExtremePairs::End& end, Index needed, double tolerance) {
  return end.values.size() > 0 && end.residuals.head(needed).maxCoeff() <= tolerance;
}

}  // namespace

ExtremePairs::ExtremePairs(const EdgeFlows& flows, Index k) : flows_(flows) {
  std::uint32_t number = 0;
  for (End* end : {&low_, &high_}) {
    RandomStream stream(3, Purpose::weights, number++);
    end->vectors.resize(flows.nodes(), std::min(k, flows.nodes() - 1));
    for (Index i = 0; i < end->vectors.size(); ++i) end->vectors.data()[i] = stream.normal();
  }
}

void ExtremePairs::multiply(const Block& x, Block& y) const {
  y.setZero(x.rows(), x.cols());
  for (Index e = 0; e < flows_.size(); ++e) {
    const Edge& edge = flows_.edges[static_cast<std::size_t>(e)];
    const double a = flows_.root[edge.u], b = flows_.root[edge.v];
    const double *xu = x.row(edge.u).data(), *xv = x.row(edge.v).data();
    double *yu = y.row(edge.u).data(), *yv = y.row(edge.v).data();
    for (Index k = 0; k < x.cols(); ++k) {
      const double flow = s_[e] * (a * xu[k] - b * xv[k]);
      yu[k] += a * flow;
      yv[k] -= b * flow;
    }
  }
}

// T_degree of I - S, mapped so that [from, to] becomes [-1, 1]: what lies outside grows.
void ExtremePairs::filter(Block& x, double from, double to, int degree) const {
  const double centre = (from + to) / 2, radius = (to - from) / 2;
  Block before = x, now, next;
  multiply(before, now);
  now = (now - centre * before) / radius;
  for (int k = 1; k < degree; ++k) {
    multiply(now, next);
    before = (2 / radius) * (next - centre * now) - before;
    before.swap(now);
  }
  x.swap(now);
}

// Filters, makes orthonormal, and takes the Ritz pairs, the end's own first.
void ExtremePairs::sweep(End& end, double from, double to, int degree) {
  if (degree > 0) filter(end.vectors, from, to, degree);
  MatrixXd basis = end.vectors;
  basis -= flows_.null * (flows_.null.transpose() * basis);
  const Eigen::HouseholderQR<MatrixXd> qr(basis);
  basis = qr.householderQ() * MatrixXd::Identity(basis.rows(), basis.cols());
  basis -= flows_.null * (flows_.null.transpose() * basis);
  Block image;
  multiply(basis, image);
  const Eigen::SelfAdjointEigenSolver<MatrixXd> ritz(basis.transpose() * image);
  const bool low = &end == &low_;
  const MatrixXd turn =
      low ? MatrixXd(ritz.eigenvectors()) : MatrixXd(ritz.eigenvectors().rowwise().reverse());
  end.values = low ? VectorXd(ritz.eigenvalues()) : VectorXd(ritz.eigenvalues().reverse());
  end.vectors = basis * turn;
  image = image * turn;
  image -= end.vectors * end.values.asDiagonal();
  end.residuals = image.colwise().norm();
}

void ExtremePairs::follow(const VectorXd& s, Index needed, double tolerance) {
  s_ = s;
  VectorXd reach = VectorXd::Zero(flows_.nodes());  // Gershgorin's, for I - W
  for (Index e = 0; e < flows_.size(); ++e) {
    const Edge& edge = flows_.edges[static_cast<std::size_t>(e)];
    reach[edge.u] += 2 * std::abs(s[e]) / flows_.p[edge.u];
    reach[edge.v] += 2 * std::abs(s[e]) / flows_.p[edge.v];
  }
  const double top = reach.maxCoeff();
  const Index last = low_.vectors.cols() - 1;
  needed = std::min(needed, last + 1);
  const int sweeps = low_.values.size() == 0 ? kFirstSweeps : kLaterSweeps;
  sweep(low_, 0, 0, 0);
  sweep(high_, 0, 0, 0);
  // Enough to part the last needed pair from the rest of the block.
  const auto degree = [](double width, double distance) {
    const double condition = width / std::max(distance, 1e-3 * width);
    return static_cast<int>(std::clamp(3 * std::sqrt(condition), 8.0, 60.0));
  };
  for (int k = 0; k < sweeps && !settled(low_, needed, tolerance); ++k) {
    const double from = low_.values[last];
    sweep(low_, from, top, degree(top - from, from - low_.values[needed - 1]));
  }
  const double bottom = std::min(0.0, low_.values[0]);
  for (int k = 0; k < sweeps && !settled(high_, needed, tolerance); ++k) {
    const double to = high_.values[last];
    sweep(high_, bottom, to, degree(to - bottom, high_.values[needed - 1] - to));
  }
}

}  // namespace starling
