#pragma once

#include <cstddef>
#include <optional>

#include "topology/spectrum/symmetrized.h"

namespace starling {

// The two ends of the spectrum of W off the mean.
struct Ends {
  Ritz top;     // 1 - lambda_2
  Ritz bottom;  // 1 - lambda_n
};

// When an iterated pair is good enough: six digits of the gap are promised, and by Weyl an
// eigenvalue lies within the residual of the Rayleigh quotient. The bottom also decides whether
// Chebyshev's interval holds the spectrum, and it may miss it by less than gap_2 before the mean's
// own mode is no longer the largest (B.3).
bool top_is_good(const Ritz& top);
bool bottom_is_good(const Ritz& bottom, double gap_2);

// All eigenvalues of a dense copy: 8 n^2 bytes, O(n^3).
Ends dense_ends(const Symmetrized& s);

// Implicitly restarted Lanczos (Spectra) on a Chebyshev polynomial of S, with sqrt(pi) deflated;
// empty when `products` multiplications by W do not suffice. Good on expanders; on a ring of 10,000
// it has not converged after 30,000 products.
std::optional<Ritz> lanczos_top(const Symmetrized& s, std::size_t products);
std::optional<Ritz> lanczos_bottom(const Symmetrized& s, std::size_t products, double gap_2);

}  // namespace starling
