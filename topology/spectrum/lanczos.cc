#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "topology/random.h"
#include "topology/spectrum/iterative.h"

namespace starling {
namespace {

// The three-term recurrence. `next` is v_{k+1} before it is divided by its length, beta_{k+1}.
class Recurrence {
 public:
  explicit Recurrence(const Symmetrized& s) : s_(s), before_(Column::Zero(s.size())) {
    RandomStream stream(1, Purpose::weights);
    now_.resize(s.size());
    for (double& value : now_) value = stream.normal();
    s.project(now_);
    now_.normalize();
    next_.resize(s.size());
  }
  // alpha_k and beta_{k+1}.
  std::pair<double, double> step() {
    s_.multiply(now_.data(), next_.data());
    next_ -= beta_ * before_;
    const double alpha = now_.dot(next_);
    next_ -= alpha * now_;
    s_.project(next_);  // last: what is left of sqrt(pi) in v_k would grow by alpha / beta a step
    beta_ = next_.norm();
    return {alpha, beta_};
  }
  void advance() {
    next_ /= beta_;
    before_.swap(now_);
    now_.swap(next_);
  }
  const Column& vector() const { return now_; }  // v_k

 private:
  const Symmetrized& s_;
  Column before_, now_, next_;
  double beta_ = 0;
};

struct Tridiagonal {
  std::vector<double> alpha, beta;  // beta[k] couples k and k + 1; the last one is the residual's
};

// An eigenvector of T to its least or largest eigenvalue (sign = 1 or -1), by inverse iteration
// from just outside the spectrum, where elimination without pivots is stable.
Column end_vector(const Tridiagonal& t, double eigenvalue, double sign) {
  const std::size_t n = t.alpha.size();
  const double shift = eigenvalue - sign * 1e-13;
  std::vector<double> pivot(n);
  for (std::size_t k = 0; k < n; ++k) {
    pivot[k] = sign * (t.alpha[k] - shift);
    if (k > 0) pivot[k] -= t.beta[k - 1] * t.beta[k - 1] / pivot[k - 1];
    if (pivot[k] < 1e-16) pivot[k] = 1e-16;
  }
  Column x = Column::Ones(static_cast<Eigen::Index>(n));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t k = 1; k < n; ++k)
      x[static_cast<Eigen::Index>(k)] -=
          sign * t.beta[k - 1] / pivot[k - 1] * x[static_cast<Eigen::Index>(k - 1)];
    for (std::size_t k = n; k-- > 0;) {
      double& value = x[static_cast<Eigen::Index>(k)];
      if (k + 1 < n) value -= sign * t.beta[k] * x[static_cast<Eigen::Index>(k + 1)];
      value /= pivot[k];
    }
    x.normalize();
  }
  return x;
}

struct Estimate {
  double gap = 0, residual = 0, error = 0;
  Column weights;  // of v_1, v_2, ... in the Ritz vector
};

// The end and its neighbour in T; sign = 1 the least eigenvalue, -1 the largest.
Estimate estimate(const Tridiagonal& t, const Eigen::VectorXd& eigenvalues, double sign) {
  const Eigen::Index n = eigenvalues.size();
  const double end = sign > 0 ? eigenvalues[0] : eigenvalues[n - 1];
  const double neighbour = sign > 0 ? eigenvalues[1] : eigenvalues[n - 2];
  Estimate result;
  result.gap = 1 - end;
  result.weights = end_vector(t, end, sign);
  result.residual = t.beta.back() * std::abs(result.weights[n - 1]);
  result.error = result.residual;
  // The neighbour's own residual is at most beta_{k+1}; where it has settled its distance counts.
  const double apart = std::abs(neighbour - end) / 2;
  if (apart > 0) result.error = std::min(result.error, result.residual * result.residual / apart);
  return result;
}

// One end of the run: what is known of it, and whether that is enough.
struct End {
  double sign;
  std::optional<Estimate> found;
  Column sum;

  void add(const Column& vector, Eigen::Index k) {
    if (found && k < found->weights.size()) sum += found->weights[k] * vector;
  }
  std::optional<Ritz> ritz(const Symmetrized& s) {
    if (!found) return std::nullopt;
    Ritz result = rayleigh(s, std::move(sum));
    const double worse = found->residual > 0 ? result.residual / found->residual : 1;
    result.error = std::min(result.residual, found->error * worse * worse);
    return result;
  }
};

constexpr std::size_t kFirstCheck = 32;
constexpr double kNextCheck = 1.08;  // times as many steps
constexpr std::size_t kPatience = 256, kBottomPatience = 512;
constexpr double kCrawling = 40;  // gap k^2 / width: about 3 where eigenvalues crowd

}  // namespace

double bottom_error_max(double bottom_gap, double gap_2) {
  // At lambda_n = -1 (bipartite, no self weight) there is no relative accuracy to ask for.
  const double above_minus_one = std::max(2 - bottom_gap, 1e-4);
  return std::max(1e-14, std::min(kGapError * above_minus_one, 0.01 * gap_2));
}

bool top_is_good(const Ritz& top) { return top.gap > 0 && top.error <= kGapError * top.gap; }

bool bottom_is_good(const Ritz& bottom, double gap_2) {
  return bottom.error <= bottom_error_max(bottom.gap, gap_2) ||
         bottom.residual <= std::min(kGapError * std::max(2 - bottom.gap, 1e-4), gap_2);
}

LanczosEnds lanczos_ends(const Symmetrized& s, std::size_t products, bool stop_when_crawling) {
  Tridiagonal t;
  End top{-1, {}, {}}, bottom{1, {}, {}};
  Recurrence first(s);
  std::size_t check = kFirstCheck;
  const std::size_t steps_max =
      std::min<std::size_t>(products / 2, static_cast<std::size_t>(s.size()) - 1);
  for (std::size_t k = 1; k <= steps_max; ++k) {
    const auto [alpha, beta] = first.step();
    t.alpha.push_back(alpha);
    t.beta.push_back(beta);
    const bool exhausted = beta < 1e-13;  // an invariant subspace: all there is to know
    if (k >= check || k == steps_max || exhausted) {
      check = static_cast<std::size_t>(static_cast<double>(k) * kNextCheck) + 1;
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
      const auto size = static_cast<Eigen::Index>(k);
      solver.computeFromTridiagonal(Eigen::Map<const Column>(t.alpha.data(), size),
                                    Eigen::Map<const Column>(t.beta.data(), size - 1),
                                    Eigen::EigenvaluesOnly);
      const Column& values = solver.eigenvalues();
      const double gap = 1 - values[size - 1], width = values[size - 1] - values[0];
      if (!top.found) {
        Estimate now = estimate(t, values, top.sign);
        if (now.error <= kGapError / 2 * gap) top.found = std::move(now);
      }
      if (!bottom.found) {
        Estimate now = estimate(t, values, bottom.sign);
        if (now.error <= bottom_error_max(now.gap, gap) / 2) bottom.found = std::move(now);
      }
      const bool crawls = !top.found && stop_when_crawling && k >= kPatience &&
                          gap * static_cast<double>(k) * static_cast<double>(k) < kCrawling * width;
      if ((top.found || crawls) && (bottom.found || (crawls && k >= kBottomPatience))) break;
      if (exhausted) break;
    }
    first.advance();
  }
  if (!top.found && !bottom.found) return {};
  Eigen::Index last = 0;
  for (End* end : {&top, &bottom}) {
    end->sum = Column::Zero(s.size());
    if (end->found) last = std::max(last, end->found->weights.size());
  }
  Recurrence second(s);  // the same numbers again, to the bit
  for (Eigen::Index k = 0; k < last; ++k) {
    top.add(second.vector(), k);
    bottom.add(second.vector(), k);
    if (k + 1 == last) break;
    second.step();
    second.advance();
  }
  return {top.ritz(s), bottom.ritz(s)};
}

}  // namespace starling
