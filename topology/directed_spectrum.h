#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topology/digraph.h"
#include "topology/weights/directed_rules.h"

namespace starling {

// How fast W on a directed graph mixes, and at which mean.
//
// Eigenvalues off 1 are complex; the second-largest modulus `slem` is the rate after many rounds:
// push-sum's error falls like slem^k (B.6). W is not symmetric, so single rounds may do worse; the
// worst case over one round is known where W is doubly stochastic: |W - J|_2 = `norm`, equal to
// slem exactly where W is normal (circulants).
struct DirectedSpectrum {
  Stochastic sums = Stochastic::both;
  double gap = 1;              // 1 - slem
  double residual = 0;         // |W v - lambda v| of the returned pair, |v| = 1; 0: closed form
  std::optional<double> norm;  // |W - J|_2, of a doubly stochastic W
  // The eigenvector to 1, summing to one: what each node's value weighs in the limit (left, where
  // rows sum to one), or what of the sum each node ends with (right, where columns do).
  std::vector<double> perron;
  std::string method;  // "closed form" (circulants), "dense", "arnoldi"

  double slem() const { return 1 - gap; }
};

// Dense up to 400 nodes, beyond that implicitly restarted Arnoldi on the vectors that sum to zero,
// which W (or its transpose, where rows sum to one) maps to themselves.
// A defective eigenvalue (de_bruijn) comes out as well as the residual and its Jordan block allow:
// about eps^(1/size of the block), 1e-3 at worst.
// Errors    GraphError for a graph that is not strongly connected (naming two nodes), sums that are
//           not one, and where no method reaches its tolerance.
DirectedSpectrum directed_spectrum(const DirectedMatrix& matrix);

// The least k with slem^k <= target: rounds, after the first few.
long long rounds_to(const DirectedSpectrum& spectrum, double target);

}  // namespace starling
