#include <Spectra/SymEigsSolver.h>

#include <algorithm>

#include "topology/random.h"
#include "topology/spectrum/iterative.h"

namespace starling {
namespace {

// P T_m(A) P with A = (2 S - (low + high) I) / (high - low), by the recurrence of the Chebyshev
// polynomials; sqrt(pi) has the eigenvalue 0. Between low and high T_m stays within [-1, 1],
// outside it grows at once: an end of the spectrum left outside becomes the largest eigenvalue, far
// from the others. With 24 vectors and m = 12 a cycle sees a Krylov space of dimension 288, and
// making vectors orthogonal, which costs ten products, is done once in twelve.
class Filtered {
 public:
  using Scalar = double;
  Filtered(const Symmetrized& s, double low, double high, int degree)
      : s_(s), low_(low), high_(high), degree_(degree), before_(s.size()), now_(s.size()),
        next_(s.size()) {}
  Eigen::Index rows() const { return s_.size(); }
  Eigen::Index cols() const { return s_.size(); }
  void perform_op(const double* x, double* y) const {
    before_ = Eigen::Map<const Column>(x, s_.size());
    s_.project(before_);
    apply(before_, now_);
    for (int k = 1; k < degree_; ++k) {
      apply(now_, next_);
      before_ = 2 * next_ - before_;
      before_.swap(now_);
    }
    s_.project(now_);
    Eigen::Map<Column>(y, s_.size()) = now_;
  }

 private:
  void apply(const Column& x, Column& y) const {
    s_.multiply(x.data(), y.data());
    y = (2 * y - (low_ + high_) * x) / (high_ - low_);
  }

  const Symmetrized& s_;
  double low_, high_;
  int degree_;
  mutable Column before_, now_, next_;
};

Column start_vector(const Symmetrized& s) {
  RandomStream stream(1, Purpose::weights);
  Column start(s.size());
  for (double& value : start) value = stream.normal();
  s.project(start);
  start.normalize();
  return start;
}

constexpr int kDegree = 12;  // even, so that the lower end becomes large and positive too

// The eigenvector of the filter's largest eigenvalue; empty when it did not converge.
std::optional<Column> largest(Filtered& filter, const Column& start, std::size_t operations,
                              double tolerance) {
  const Eigen::Index basis = std::min<Eigen::Index>(start.size(), 24);
  Spectra::SymEigsSolver<Filtered> solver(filter, 1, basis);
  solver.init(start.data());
  const auto restarts = static_cast<Eigen::Index>(operations) / (basis / 2) + 1;
  if (solver.compute(Spectra::SortRule::LargestAlge, restarts, tolerance) < 1) return std::nullopt;
  return solver.eigenvectors(1).col(0);
}

// From a rough pair outside of which, but for the end itself, the filter lies.
template <class Good>
std::optional<Ritz> refine(const Symmetrized& s, Filtered filter, const Column& random,
                           Column start, std::size_t products, Good good) {
  for (const double tolerance : {1e-6, 1e-8, 1e-10, 1e-12}) {
    const auto vector = largest(filter, start, products / kDegree, tolerance);
    if (!vector) return std::nullopt;
    const Ritz ritz = rayleigh(s, *vector);
    if (good(ritz)) return ritz;
    start = *vector + 1e-3 * random;  // an exact eigenvector spans nothing
  }
  return std::nullopt;
}

}  // namespace

bool top_is_good(const Ritz& top) { return top.gap > 0 && top.residual <= 1e-7 * top.gap; }

// At lambda_n = -1 (bipartite, no self weight) there is no relative accuracy to ask for.
bool bottom_is_good(const Ritz& bottom, double gap_2) {
  const double above_minus_one = std::max(2 - bottom.gap, 1e-4);
  return bottom.residual <= std::max(1e-14, std::min(1e-7 * above_minus_one, gap_2));
}

// First a rough lambda_2 from S + I, then the filter on all that lies below it. A Rayleigh quotient
// is never above lambda_2, so the filter's interval ends below it.
std::optional<Ritz> lanczos_top(const Symmetrized& s, std::size_t products) {
  const Column random = start_vector(s);
  Filtered plain(s, -2, 0, 1);
  const auto rough = largest(plain, random, products, 1e-3);
  if (!rough) return std::nullopt;
  const Ritz ritz = rayleigh(s, *rough);
  const Filtered filter(s, lower_bound(s), 1 - ritz.gap - ritz.residual, kDegree);
  return refine(s, filter, random, *rough, products, top_is_good);
}

// The same with I - S; the filter's interval ends at lambda_2, which is known by now.
std::optional<Ritz> lanczos_bottom(const Symmetrized& s, std::size_t products, double gap_2) {
  const Column random = start_vector(s);
  Filtered plain(s, 2, 0, 1);
  const auto rough = largest(plain, random, products, 1e-3);
  if (!rough) return std::nullopt;
  const Ritz ritz = rayleigh(s, *rough);
  const Filtered filter(s, 1 - ritz.gap + ritz.residual, 1 - gap_2, kDegree);
  return refine(s, filter, random, *rough, products,
                [gap_2](const Ritz& r) { return bottom_is_good(r, gap_2); });
}

}  // namespace starling
