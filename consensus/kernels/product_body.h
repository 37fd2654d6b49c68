// Included once per instruction set, with STARLING_PRODUCT_SET set. Eigen is compiled under a name
// of its own: its inline functions for one instruction set must not be linked in place of
// another's.
#define Eigen STARLING_PRODUCT_EIGEN
#include <Eigen/Core>

#include "consensus/kernels/product.h"

namespace starling {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Rows>;

View view(const MatrixView& m) {
  return View(m.values, static_cast<Eigen::Index>(m.rows), static_cast<Eigen::Index>(m.columns));
}

template <class A, class B>
void multiply(const A& a, const B& b, bool add, double* c) {
  Eigen::Map<Rows> result(c, a.rows(), b.cols());
  if (add)
    result.noalias() += a * b;
  else
    result.noalias() = a * b;
}

}  // namespace

void STARLING_PRODUCT_SET(const MatrixView& a, const MatrixView& b, bool add, double* c) {
  if (a.transposed && b.transposed)
    multiply(view(a).transpose(), view(b).transpose(), add, c);
  else if (a.transposed)
    multiply(view(a).transpose(), view(b), add, c);
  else if (b.transposed)
    multiply(view(a), view(b).transpose(), add, c);
  else
    multiply(view(a), view(b), add, c);
}

}  // namespace starling
