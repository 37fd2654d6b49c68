#include <Spectra/SymEigsSolver.h>

#include <algorithm>

#include "topology/random.h"
#include "topology/spectrum/iterative.h"

namespace starling {
namespace {

// P S P + c sqrt(pi) sqrt(pi)^T: sqrt(pi) sits at c, inside the spectrum. At 0 it would be an end
// of it when all eigenvalues are positive, as those of every lazy W are.
class Deflated {
 public:
  using Scalar = double;
  Deflated(const Symmetrized& s, double middle) : s_(s), middle_(middle), in_(s.size()) {}
  Eigen::Index rows() const { return s_.size(); }
  Eigen::Index cols() const { return s_.size(); }
  void perform_op(const double* x, double* y) const {
    const Eigen::Map<const Column> input(x, s_.size());
    Eigen::Map<Column> output(y, s_.size());
    const double part = s_.null.dot(input);
    in_ = input - part * s_.null;
    s_.multiply(in_.data(), y);
    output += (middle_ * part - s_.null.dot(output)) * s_.null;
  }

 private:
  const Symmetrized& s_;
  double middle_;
  mutable Column in_;
};

Column start_vector(const Symmetrized& s) {
  RandomStream stream(1, Purpose::weights);
  Column start(s.size());
  for (double& value : start) value = stream.normal();
  s.project(start);
  start.normalize();
  return start;
}

template <class Good>
std::optional<Ritz> lanczos(const Symmetrized& s, std::size_t products, Spectra::SortRule end,
                            Good good) {
  const Column random = start_vector(s);
  Column image(s.size());
  s.multiply(random.data(), image.data());
  Deflated operation(s, random.dot(image));
  // Few vectors: making each product orthogonal to the basis costs more than the product itself.
  const Eigen::Index basis = std::min<Eigen::Index>(s.size(), 24);
  const Eigen::Index restarts = static_cast<Eigen::Index>(products) / (basis / 2);
  // Spectra's tolerance is on the residual relative to |lambda|. One that suits a large gap comes
  // first; the next begins where it ended, off it by a little: an exact eigenvector spans nothing.
  Column start = random;
  for (const double tolerance : {1e-8, 1e-10, 1e-12}) {
    Spectra::SymEigsSolver<Deflated> solver(operation, 1, basis);
    solver.init(start.data());
    if (solver.compute(end, restarts, tolerance) < 1) return std::nullopt;
    const Column vector = solver.eigenvectors(1).col(0);
    const Ritz ritz = rayleigh(s, vector);
    if (good(ritz)) return ritz;
    start = vector + 1e-3 * random;
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

std::optional<Ritz> lanczos_top(const Symmetrized& s, std::size_t products) {
  return lanczos(s, products, Spectra::SortRule::LargestAlge, top_is_good);
}

std::optional<Ritz> lanczos_bottom(const Symmetrized& s, std::size_t products, double gap_2) {
  return lanczos(s, products, Spectra::SortRule::SmallestAlge,
                 [gap_2](const Ritz& ritz) { return bottom_is_good(ritz, gap_2); });
}

}  // namespace starling
