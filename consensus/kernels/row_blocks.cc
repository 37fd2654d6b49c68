#include "consensus/kernels/row_blocks.h"

#include <vector>

namespace starling {

extern const RowBlockKernels kRowBlocksBaseline;
#if defined(__x86_64__)
extern const RowBlockKernels kRowBlocksV3, kRowBlocksV4;
#endif

namespace {

std::vector<RowBlockKernels> available() {
  std::vector<RowBlockKernels> kernels = {kRowBlocksBaseline};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    kernels.push_back(kRowBlocksV3);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    kernels.push_back(kRowBlocksV4);
#endif
  return kernels;
}

}  // namespace

std::span<const RowBlockKernels> row_block_kernels() {
  static const std::vector<RowBlockKernels> kernels = available();
  return kernels;
}

}  // namespace starling
