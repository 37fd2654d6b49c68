#include "consensus/kernels/product.h"

namespace starling {

void product_baseline(const MatrixView&, const MatrixView&, bool, double*);
#if defined(__x86_64__)
void product_v3(const MatrixView&, const MatrixView&, bool, double*);
#endif

namespace {

using Product = void (*)(const MatrixView&, const MatrixView&, bool, double*);

Product widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    return product_v3;
#endif
  return product_baseline;
}

}  // namespace

void product(const MatrixView& a, const MatrixView& b, bool add, double* c) {
  static const Product fastest = widest();
  fastest(a, b, add, c);
}

}  // namespace starling
