#include "consensus/attacks/attack.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace starling {

namespace {

struct Moments {
  double mean = 0, deviation = 0;
};

template <class Real>
Moments moments(const Knowledge<Real>& known, std::size_t k) {
  const auto count = static_cast<double>(known.honest.size());
  double sum = 0, squares = 0;
  for (const Real* x : known.honest) sum += static_cast<double>(x[k]);
  const double mean = sum / count;
  for (const Real* x : known.honest) {
    const double off = static_cast<double>(x[k]) - mean;
    squares += off * off;
  }
  return {mean, std::sqrt(squares / count)};
}

// -5 mu: up where all go down.
template <class Real>
void sign_flip(const Knowledge<Real>& known, RandomStream&, Real* out) {
  for (std::size_t k = 0; k < known.size; ++k)
    out[k] = static_cast<Real>(-5 * moments(known, k).mean);
}

// 10 N(0, I).
template <class Real>
void random_noise(const Knowledge<Real>& known, RandomStream& draw, Real* out) {
  for (std::size_t k = 0; k < known.size; ++k) out[k] = static_cast<Real>(10 * draw.normal());
}

// A little is enough: mu - z sd with z = 1, which looks like one of many.
template <class Real>
void a_little_is_enough(const Knowledge<Real>& known, RandomStream&, Real* out) {
  for (std::size_t k = 0; k < known.size; ++k) {
    const Moments m = moments(known, k);
    out[k] = static_cast<Real>(m.mean - m.deviation);
  }
}

// Inner product manipulation: -mu / 2.
template <class Real>
void inner_product(const Knowledge<Real>& known, RandomStream&, Real* out) {
  for (std::size_t k = 0; k < known.size; ++k)
    out[k] = static_cast<Real>(-0.5 * moments(known, k).mean);
}

// x_i - sum_{honest} w_ij (x_j - x_i) / sum_{liars} w_ij: undoes what the honest neighbors say, so
// that plain gossip stands still.
template <class Real>
void dissensus(const Knowledge<Real>& known, RandomStream&, Real* out) {
  for (std::size_t k = 0; k < known.size; ++k) {
    const double own = known.to[k];
    double pull = 0;
    for (std::size_t j = 0; j < known.around.size(); ++j)
      pull += known.weights[j] * (static_cast<double>(known.around[j][k]) - own);
    out[k] = static_cast<Real>(own - pull / known.lying_weight);
  }
}

template <class Real>
void not_a_number(const Knowledge<Real>& known, RandomStream&, Real* out) {
  std::fill_n(out, known.size, std::numeric_limits<Real>::quiet_NaN());
}

// What it sent the first time, again and again.
template <class Real>
void replay(const Knowledge<Real>& known, RandomStream&, Real* out) {
  std::copy_n(known.first, known.size, out);
}

const AttackEntry kAttacks[] = {
    {"sign_flip", "sends -5 times the mean of what it hears", "catalogue F", sign_flip, sign_flip},
    {"random", "sends 10 N(0, I)", "catalogue F", random_noise, random_noise},
    {"alie", "sends mean minus deviation of what it hears", "Baruch, Baruch & Goldberg 2019",
     a_little_is_enough, a_little_is_enough},
    {"ipm", "sends minus half the mean of what it hears", "Xie, Koyejo & Gupta 2020", inner_product,
     inner_product},
    {"dissensus", "takes back what the honest neighbors say", "He, Karimireddy & Jaggi 2022",
     dissensus, dissensus},
    {"nan", "sends values that are no numbers", "catalogue F", not_a_number, not_a_number},
    {"replay", "sends its first vector for ever", "catalogue F", replay, replay},
    {"label_flip", "learns from its samples with class c taken for C - 1 - c", "catalogue F",
     nullptr, nullptr},
};

}  // namespace

std::span<const AttackEntry> attacks() { return kAttacks; }

const AttackEntry* find_attack(std::string_view name) {
  for (const AttackEntry& entry : kAttacks)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace starling
