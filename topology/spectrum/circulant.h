#pragma once

#include <optional>

#include "topology/digraph.h"

namespace starling {

// 1 - max_k |lambda_k| of a circulant W: w_i,(i-s) the same for all i, over the shifts s it sends
// by; empty when W is none.
//
//   1 - lambda_k = a + i b,  a = sum_s w_s 2 sin^2(pi k s / n),  b = sum_s w_s sin(2 pi k s / n)
//   1 - |lambda_k|^2 = 2 a - a^2 - b^2,       k = 1 .. n - 1
//
// W is normal, so the largest modulus is |W - J|_2 as well.
// Cost      O(n d).
std::optional<double> circulant_gap(const DirectedMatrix& matrix);

}  // namespace starling
