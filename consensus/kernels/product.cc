#include "consensus/kernels/product.h"

namespace starling {

void product_baseline(const MatrixView&, const MatrixView&, Transposed, double*);
#if defined(__x86_64__)
void product_v3(const MatrixView&, const MatrixView&, Transposed, double*);
#endif

namespace {

using Product = void (*)(const MatrixView&, const MatrixView&, Transposed, double*);

Product widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    return product_v3;
#endif
  return product_baseline;
}

}  // namespace

void add_product(const MatrixView& a, const MatrixView& b, Transposed which, double* c) {
  static const Product fastest = widest();
  fastest(a, b, which, c);
}

}  // namespace starling
