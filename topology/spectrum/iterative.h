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

// When an iterated pair is good enough: six digits of the gap are promised, kGapError leaves a
// reserve. The bottom also decides whether Chebyshev's interval holds the spectrum: what it misses
// by must be small beside gap_2, or the mean's own mode is no longer the one that grows (B.3).
inline constexpr double kGapError = 1e-7;
double bottom_error_max(double bottom_gap, double gap_2);
bool top_is_good(const Ritz& top);
bool bottom_is_good(const Ritz& bottom, double gap_2);

// All eigenvalues of a dense copy: 8 n^2 bytes, O(n^3).
Ends dense_ends(const Symmetrized& s);

// Lanczos from one random vector, sqrt(pi) deflated, both ends from one Krylov space; T is the
// tridiagonal matrix of its coefficients.
//
//   beta_{k+1} v_{k+1} = S v_k - alpha_k v_k - beta_k v_{k-1}
//
// Vectors are not kept and not made orthogonal again: the ends of T come out right all the same,
// and a second run sums up their vectors [Paige1980], [Parlett1998, chapter 13]. So six vectors are
// enough at any number of steps, and a step costs little more than its product.
//
// Expanders need some hundred products. Where eigenvalues crowd at the end (a ring, a grid) it
// crawls, theta_k falling like 1 / k^2; that is noticed, and the crawling end left out.
// Errors    an end is empty when it crawls or `products` (both runs together) do not suffice.
struct LanczosEnds {
  std::optional<Ritz> top, bottom;
};
LanczosEnds lanczos_ends(const Symmetrized& s, std::size_t products,
                         bool stop_when_crawling = true);

}  // namespace starling
