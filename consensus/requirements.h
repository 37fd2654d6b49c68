#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace starling {

struct AlgorithmEntry;
struct MixerEntry;

// What an algorithm or a mixer asks of W (catalogue A.3, B.1).
enum class GraphNeed {
  any,                // K multiplications by whatever W is
  symmetric_static,   // one W, symmetric or pi-reversible, for the whole view
  doubly_stochastic,  // rows and columns sum to one; may be directed, may change
  column_stochastic,  // the sum is kept; rows may not sum to one
};

// What W is. A schedule's matrices are doubly stochastic, so a changing graph is too.
enum class GraphNature {
  static_symmetric,          // or pi-reversible: a MixingMatrix
  static_doubly_stochastic,  // a DirectedMatrix, rows and columns sum to one
  static_column_stochastic,  // a DirectedMatrix, columns only
  static_row_stochastic,     // a DirectedMatrix, rows only
  changing_symmetric,
  changing_directed,
};
std::string_view to_string(GraphNeed need);
std::string_view to_string(GraphNature nature);

// Whether W of this nature gives what is needed.
bool satisfies(GraphNature nature, GraphNeed need);

// None where this algorithm may run through this mixer on such a graph; else one line: the key and
// its value, the reason, and what to use in its place. The algorithm is looked at first.
// Source    catalogue A.3; B.4 (Chebyshev); C.4 (exact diffusion's counterexample).
std::optional<std::string> refusal(const AlgorithmEntry& algorithm, const MixerEntry& mixer,
                                   GraphNature nature);

// None where stop.gradient_norm can be certified on such a graph; else one line, as above. The
// monitor tracks means, and where rows do not sum to one mixing makes none.
std::optional<std::string> target_refusal(GraphNature nature);

// "auto": the best mixer that such a graph allows.
const MixerEntry& automatic_mixer(GraphNature nature);

}  // namespace starling
