// Included once per instruction set, with STARLING_PRODUCT_SET set. Eigen is compiled under a name
// of its own: its inline functions for one instruction set must not be linked in place of
// another's.
#define Eigen STARLING_PRODUCT_EIGEN
#include <Eigen/Core>

#include "consensus/kernels/product.h"

namespace starling {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const Rows> view(const MatrixView& m) {
  return {m.values, static_cast<Eigen::Index>(m.rows), static_cast<Eigen::Index>(m.columns)};
}

template <class A, class B>
void add(const A& a, const B& b, double* c) {
  Eigen::Map<Rows>(c, a.rows(), b.cols()).noalias() += a * b;
}

}  // namespace

void STARLING_PRODUCT_SET(const MatrixView& a, const MatrixView& b, Transposed which, double* c) {
  switch (which) {
    case Transposed::none:
      return add(view(a), view(b), c);
    case Transposed::left:
      return add(view(a).transpose(), view(b), c);
    case Transposed::right:
      return add(view(a), view(b).transpose(), c);
  }
}

}  // namespace starling
