// The kernel itself, compiled once per instruction set by mix_<set>.cc with STARLING_MIX_NAMESPACE
// defined. Functions have internal names per set, so that no inline function of one set is linked
// into another.

#include <cstddef>

namespace starling::STARLING_MIX_NAMESPACE {

namespace {

// A block stays in the first-level cache while the neighbors pass over it, so each vector is read
// once from memory.
constexpr std::size_t kBlock = 512;

template <class Real>
inline void mix_block(const Real* own, const Real* previous, const Real* const* neighbors,
                      const Real* weights, std::size_t degree, Real omega, std::size_t offset,
                      std::size_t count, Real* out) {
  alignas(64) Real acc[kBlock];
  own += offset;
  if (degree == 0) {
    for (std::size_t k = 0; k < count; ++k) acc[k] = Real(0);
  } else {
    const Real* first = neighbors[0] + offset;
    const Real weight = weights[0];
    for (std::size_t k = 0; k < count; ++k) acc[k] = weight * (first[k] - own[k]);
  }
  for (std::size_t j = 1; j < degree; ++j) {
    const Real* other = neighbors[j] + offset;
    const Real weight = weights[j];
    for (std::size_t k = 0; k < count; ++k) acc[k] += weight * (other[k] - own[k]);
  }
  out += offset;
  if (previous) {
    previous += offset;
    for (std::size_t k = 0; k < count; ++k)
      acc[k] = previous[k] + omega * ((own[k] - previous[k]) + acc[k]);
  } else {
    for (std::size_t k = 0; k < count; ++k) acc[k] = own[k] + acc[k];
  }
  for (std::size_t k = 0; k < count; ++k) out[k] = acc[k];
}

template <class Real>
void mix_all(const Real* own, const Real* previous, const Real* const* neighbors,
             const Real* weights, std::size_t degree, Real omega, std::size_t count, Real* out) {
  std::size_t offset = 0;
  for (; offset + kBlock <= count; offset += kBlock)
    mix_block(own, previous, neighbors, weights, degree, omega, offset, kBlock, out);
  if (offset < count)
    mix_block(own, previous, neighbors, weights, degree, omega, offset, count - offset, out);
}

}  // namespace

void mix_float(const float* own, const float* previous, const float* const* neighbors,
               const float* weights, std::size_t degree, float omega, std::size_t count,
               float* out) {
  mix_all(own, previous, neighbors, weights, degree, omega, count, out);
}
void mix_double(const double* own, const double* previous, const double* const* neighbors,
                const double* weights, std::size_t degree, double omega, std::size_t count,
                double* out) {
  mix_all(own, previous, neighbors, weights, degree, omega, count, out);
}

}  // namespace starling::STARLING_MIX_NAMESPACE
