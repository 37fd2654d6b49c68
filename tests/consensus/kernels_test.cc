#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "consensus/kernels/mix.h"
#include "topology/random.h"

namespace starling {
namespace {

// One step of the header's formula, written once more without blocks.
template <class Real>
std::vector<Real> by_the_formula(const std::vector<Real>& own, const Real* previous,
                                 const std::vector<std::vector<Real>>& neighbors,
                                 const std::vector<Real>& weights, Real omega) {
  std::vector<Real> out(own.size());
  for (std::size_t k = 0; k < own.size(); ++k) {
    Real acc = 0;
    for (std::size_t j = 0; j < neighbors.size(); ++j)
      acc += weights[j] * (neighbors[j][k] - own[k]);
    out[k] = previous ? previous[k] + omega * ((own[k] - previous[k]) + acc) : own[k] + acc;
  }
  return out;
}

template <class Real>
bool same_bits(const std::vector<Real>& a, const std::vector<Real>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0);
}

template <class Real>
class MixKernels : public ::testing::Test {
 protected:
  static std::vector<Real> draw(std::size_t count, std::uint32_t stream) {
    RandomStream random(3, Purpose::test, stream);
    std::vector<Real> values(count);
    for (Real& value : values) value = static_cast<Real>(2 * random.uniform() - 1);
    return values;
  }
};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(MixKernels, Reals);

TYPED_TEST(MixKernels, AllVariantsGiveTheBitsOfTheFormula) {
  using Real = TypeParam;
  ASSERT_FALSE(mix_kernels<Real>().empty());
  for (const std::size_t size : {0UL, 1UL, 7UL, 511UL, 512UL, 513UL, 1000003UL}) {
    const auto own = this->draw(size, 0), previous = this->draw(size, 1);
    for (std::size_t degree = 0; degree < 10; ++degree) {
      if (size > 1000 && degree % 3 != 2) continue;
      std::vector<std::vector<Real>> neighbors;
      std::vector<const Real*> pointers;
      for (std::size_t j = 0; j < degree; ++j)
        neighbors.push_back(this->draw(size, 10 + static_cast<std::uint32_t>(j)));
      for (const auto& neighbor : neighbors) pointers.push_back(neighbor.data());
      const auto weights = this->draw(degree, 2);
      for (const bool chebyshev : {false, true}) {
        const auto omega = static_cast<Real>(chebyshev ? 1.7 : 0);
        const auto expected =
            by_the_formula(own, chebyshev ? previous.data() : nullptr, neighbors, weights, omega);
        for (const auto& [name, kernel] : mix_kernels<Real>()) {
          std::vector<Real> out = previous;  // written over y_{k-1}, as the executors do
          kernel(own.data(), chebyshev ? out.data() : nullptr, pointers.data(), weights.data(),
                 degree, omega, size, out.data());
          EXPECT_TRUE(same_bits(out, expected))
              << name << " size " << size << " degree " << degree << " chebyshev " << chebyshev;
        }
      }
    }
  }
}

TYPED_TEST(MixKernels, ReadsAtAnyAddress) {
  using Real = TypeParam;
  const std::size_t size = 1025;
  const auto own = this->draw(size, 0), other = this->draw(size, 1);
  const std::vector<Real> weights{Real(0.25)};
  const auto expected = by_the_formula<Real>(own, nullptr, {other}, weights, 0);
  for (const std::size_t shift : {1UL, 3UL, 5UL}) {
    std::vector<Real> moved(size + shift);
    std::copy(other.begin(), other.end(), moved.begin() + static_cast<std::ptrdiff_t>(shift));
    const Real* pointer = moved.data() + shift;
    for (const auto& [name, kernel] : mix_kernels<Real>()) {
      std::vector<Real> out(size);
      kernel(own.data(), nullptr, &pointer, weights.data(), 1, 0, size, out.data());
      EXPECT_TRUE(same_bits(out, expected)) << name << " shift " << shift;
    }
  }
}

}  // namespace
}  // namespace starling
