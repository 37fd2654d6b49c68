#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <deque>

namespace starling {

// The inverse Hessian that the last steps and changes of the gradient describe, applied by the
// two-loop recursion. Begun from diag(1 / (1 / scale + curvature)): a part of the Hessian's
// diagonal that is known needs not be learned. Source    [LiuNocedal1989].
class Lbfgs {
 public:
  explicit Lbfgs(std::size_t most) : most_(most) {}
  bool empty() const { return pairs_.empty(); }

  // A pair without positive curvature says nothing and is left out.
  void add(Eigen::VectorXd step, Eigen::VectorXd change) {
    const double curvature = step.dot(change);
    if (!(curvature > 1e-10 * step.norm() * change.norm())) return;
    scale_ = curvature / change.squaredNorm();
    pairs_.push_back({std::move(step), std::move(change), 1 / curvature});
    if (pairs_.size() > most_) pairs_.pop_front();
  }

  Eigen::VectorXd apply(Eigen::VectorXd g, const Eigen::VectorXd& curvature) const {
    std::deque<double> alphas;
    for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
      alphas.push_front(pair->weight * pair->step.dot(g));
      g -= alphas.front() * pair->change;
    }
    g = g.cwiseQuotient((curvature.array() + 1 / scale_).matrix());
    for (const Pair& pair : pairs_) {
      const double beta = pair.weight * pair.change.dot(g);
      g += (alphas.front() - beta) * pair.step;
      alphas.pop_front();
    }
    return g;
  }

 private:
  struct Pair {
    Eigen::VectorXd step, change;
    double weight;  // 1 / (step . change)
  };
  std::size_t most_;
  std::deque<Pair> pairs_;
  double scale_ = 1;
};

}  // namespace starling
