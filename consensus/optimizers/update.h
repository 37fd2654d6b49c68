#pragma once

// What the optimizers do to one coordinate. C++17 without anything of the project, so that a GPU
// kernel and the loop of the CPU are the same text; products and sums are written one at a time.

#include <cmath>

#ifdef __CUDACC__
#define STARLING_HOST_DEVICE __host__ __device__
#else
#define STARLING_HOST_DEVICE
#endif

namespace starling {

// The numbers of one update, the same for all coordinates; t = 1, 2, ... counts the updates.
template <class Real>
struct UpdateFactors {
  Real step_size, momentum, beta_1, beta_2, epsilon;
  Real unbias_1, root_unbias_2;  // 1 - beta_1^t, sqrt(1 - beta_2^t)
};

// x -= eta g
struct SgdUpdate {
  static constexpr int kStates = 0;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real*) {
    x -= c.step_size * g;
  }
};

// m = b m + g,  x -= eta m
struct MomentumUpdate {
  static constexpr int kStates = 1;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real* s) {
    s[0] = c.momentum * s[0] + g;
    x -= c.step_size * s[0];
  }
};

// m = b m + g,  x -= eta (g + b m)
struct NesterovUpdate {
  static constexpr int kStates = 1;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real* s) {
    s[0] = c.momentum * s[0] + g;
    x -= c.step_size * (g + c.momentum * s[0]);
  }
};

// v += g^2,  x -= eta g / (sqrt v + eps)
struct AdagradUpdate {
  static constexpr int kStates = 1;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real* s) {
    s[0] = s[0] + g * g;
    x -= c.step_size * g / (std::sqrt(s[0]) + c.epsilon);
  }
};

// v = r v + (1 - r) g^2,  x -= eta g / (sqrt v + eps);  r = beta_2
struct RmspropUpdate {
  static constexpr int kStates = 1;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real* s) {
    s[0] = c.beta_2 * s[0] + (1 - c.beta_2) * (g * g);
    x -= c.step_size * g / (std::sqrt(s[0]) + c.epsilon);
  }
};

// m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
// x -= eta (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
struct AdamUpdate {
  static constexpr int kStates = 2;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real* s) {
    s[0] = c.beta_1 * s[0] + (1 - c.beta_1) * g;
    s[1] = c.beta_2 * s[1] + (1 - c.beta_2) * (g * g);
    x -= c.step_size / c.unbias_1 * s[0] / (std::sqrt(s[1]) / c.root_unbias_2 + c.epsilon);
  }
};

// Adam whose v is the largest so far: its steps never grow again.
struct AmsgradUpdate {
  static constexpr int kStates = 3;
  template <class Real>
  STARLING_HOST_DEVICE static void apply(const UpdateFactors<Real>& c, Real g, Real& x, Real* s) {
    s[0] = c.beta_1 * s[0] + (1 - c.beta_1) * g;
    s[1] = c.beta_2 * s[1] + (1 - c.beta_2) * (g * g);
    s[2] = s[1] > s[2] ? s[1] : s[2];
    x -= c.step_size / c.unbias_1 * s[0] / (std::sqrt(s[2]) / c.root_unbias_2 + c.epsilon);
  }
};

}  // namespace starling
