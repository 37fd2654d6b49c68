#include "consensus/kernels/mix.h"

#include <type_traits>
#include <vector>

namespace starling {

#define STARLING_DECLARE_MIX(set)                                                              \
  namespace mix_##set {                                                                        \
    void mix_float(const float*, const float*, const float* const*, const float*, std::size_t, \
                   float, std::size_t, float*);                                                \
    void mix_double(const double*, const double*, const double* const*, const double*,         \
                    std::size_t, double, std::size_t, double*);                                \
  }
STARLING_DECLARE_MIX(baseline)
#if defined(__x86_64__)
STARLING_DECLARE_MIX(v3)
STARLING_DECLARE_MIX(v4)
#endif
#undef STARLING_DECLARE_MIX

namespace {

template <class Real>
std::vector<NamedMixKernel<Real>> available() {
  constexpr bool kFloat = std::is_same_v<Real, float>;
  std::vector<NamedMixKernel<Real>> kernels;
  const auto add = [&](std::string_view name, auto single, auto twice) {
    if constexpr (kFloat) {
      kernels.push_back({name, single});
    } else {
      kernels.push_back({name, twice});
    }
  };
  add("baseline", mix_baseline::mix_float, mix_baseline::mix_double);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    add("x86-64-v3", mix_v3::mix_float, mix_v3::mix_double);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    add("x86-64-v4", mix_v4::mix_float, mix_v4::mix_double);
#endif
  return kernels;
}

}  // namespace

template <class Real>
std::span<const NamedMixKernel<Real>> mix_kernels() {
  static const std::vector<NamedMixKernel<Real>> kernels = available<Real>();
  return kernels;
}

template <class Real>
MixKernel<Real> mix_kernel() {
  static const MixKernel<Real> fastest = mix_kernels<Real>().back().kernel;
  return fastest;
}

template std::span<const NamedMixKernel<float>> mix_kernels<float>();
template std::span<const NamedMixKernel<double>> mix_kernels<double>();
template MixKernel<float> mix_kernel<float>();
template MixKernel<double> mix_kernel<double>();

}  // namespace starling
