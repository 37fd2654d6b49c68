#pragma once

#include <optional>
#include <vector>

#include "topology/spectrum.h"

namespace starling {

// The Laplacian's ends in closed form, for graphs recognised from their edges alone (no kind is
// asked for, so a file with a ring in it is served like `ring`), catalogue A.5:
//   complete n, any cycle, any path, K_{a,b} (a star is K_{1,n-1})    in any numbering
//   grid p x q, and Cayley graphs of Z_n, Z_p x Z_q, Z_2^m            in our generators' numbering
// The last are ring, torus, hypercube, exponential, paley, unrewired watts_strogatz and their like.
// Requires  a connected graph of two nodes or more.
// Cost      O(m) to recognise; O(n d) for Cayley graphs of degree d.
std::optional<LaplacianSpectrum> laplacian_closed_form(const Graph& graph);

// The sides (n_1, ..., n_k) for which the graph is a Cayley graph of Z_{n_1} x ... x Z_{n_k}, node
// numbers being mixed-radix; empty when it is none that we recognise. In such a graph all nodes are
// alike.
std::vector<NodeId> cayley_sides(const Graph& graph);
// The n - 1 nonzero eigenvalues of the Laplacian of a connected Cayley graph of these sides, in no
// order, to all digits.
std::vector<double> cayley_eigenvalues(const Graph& graph, const std::vector<NodeId>& sides);

}  // namespace starling
