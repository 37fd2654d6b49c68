#include "consensus/optimizers/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace starling {
namespace {

constexpr double kLeastCurvature = 1e-10;  // of |s| |y|

// The ring of pairs. count and next are small whole numbers, exact as Real.
template <class Real>
class Pairs {
 public:
  Pairs(Peer<Real>& self, int most)
      : self_(self), most_(most), curvature_(self.state("optimizer.pairs", most + 2)) {}

  int count() const { return static_cast<int>(curvature_[most_]); }
  // age 0 is the newest.
  Vector<Real>& s(int age) { return vector("optimizer.s.", slot(age)); }
  Vector<Real>& y(int age) { return vector("optimizer.y.", slot(age)); }
  double sy(int age) const { return static_cast<double>(curvature_[slot(age)]); }

  void keep(const Vector<Real>& s, const Vector<Real>& y, double sy) {
    const int at = next();
    vector("optimizer.s.", at) = s;
    vector("optimizer.y.", at) = y;
    curvature_[at] = static_cast<Real>(sy);
    curvature_[most_] = static_cast<Real>(std::min(count() + 1, most_));
    curvature_[most_ + 1] = static_cast<Real>((at + 1) % most_);
  }

 private:
  int next() const { return static_cast<int>(curvature_[most_ + 1]); }
  int slot(int age) const { return (next() + most_ - 1 - age) % most_; }
  Vector<Real>& vector(const char* name, int at) { return self_.state(name + std::to_string(at)); }

  Peer<Real>& self_;
  const int most_;
  Vector<Real>& curvature_;
};

template <class Real>
Vector<Real> two_loops(Peer<Real>& self, Pairs<Real>& pairs, const Vector<Real>& g) {
  Vector<Real> q(g);
  std::vector<double> a(static_cast<std::size_t>(pairs.count()));
  for (int age = 0; age < pairs.count(); ++age) {
    double& a_k = a[static_cast<std::size_t>(age)];
    a_k = self.dot(pairs.s(age), q) / pairs.sy(age);
    q -= static_cast<Real>(a_k) * pairs.y(age);
  }
  q *= static_cast<Real>(pairs.sy(0) / self.dot(pairs.y(0), pairs.y(0)));
  for (int age = pairs.count(); age-- > 0;) {
    const double b = self.dot(pairs.y(age), q) / pairs.sy(age);
    q += static_cast<Real>(a[static_cast<std::size_t>(age)] - b) * pairs.s(age);
  }
  return q;
}

}  // namespace

template <class Real>
Vector<Real> lbfgs(Peer<Real>& self, const Vector<Real>& x, const Vector<Real>& g, int history) {
  Pairs<Real> pairs(self, history);
  auto& last_x = self.state("optimizer.x");
  auto& last_g = self.state("optimizer.g");
  auto& t = self.state("optimizer.t", 1);
  if ((t[0] += 1) > 1) {
    const Vector<Real> s = self.evaluate(x - last_x), y = self.evaluate(g - last_g);
    const double sy = self.dot(s, y);
    if (sy > kLeastCurvature * std::sqrt(self.dot(s, s)) * std::sqrt(self.dot(y, y)))
      pairs.keep(s, y, sy);
  }
  last_x = x;
  last_g = g;
  if (pairs.count() > 0) return two_loops(self, pairs, g);
  const double length = g.template cast<double>().cwiseAbs().sum();
  return self.evaluate(g * static_cast<Real>(length > 1 ? 1 / length : 1));
}

template Vector<float> lbfgs(Peer<float>&, const Vector<float>&, const Vector<float>&, int);
template Vector<double> lbfgs(Peer<double>&, const Vector<double>&, const Vector<double>&, int);

}  // namespace starling
