#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "topology/mixing_matrix.h"
#include "topology/schedule.h"

namespace starling {

// The makers behind schedule_kinds(); each refuses what it cannot make with a GraphError.
std::unique_ptr<Schedule> one_peer_exponential(const GraphParameters& given);
std::unique_ptr<Schedule> hypercube_exchange(const GraphParameters& given);
std::unique_ptr<Schedule> base_graph(const GraphParameters& given);
std::unique_ptr<Schedule> random_matching(const GraphParameters& given);
std::unique_ptr<Schedule> od_equidyn(const GraphParameters& given);
std::unique_ptr<Schedule> ou_equidyn(const GraphParameters& given);
std::unique_ptr<Schedule> laplacian_factors(const GraphParameters& given);
std::unique_ptr<Schedule> alternating(const GraphParameters& given);

// EquiDyn with another share eta of the exchange than 1/2 (A.7); 0 < eta <= 1.
std::unique_ptr<Schedule> od_equidyn(NodeId nodes, std::uint64_t seed, double eta);
std::unique_ptr<Schedule> ou_equidyn(NodeId nodes, std::uint64_t seed, double eta);

// The rounds of a list, again and again. Requires at least one round, all of the same size.
std::unique_ptr<Schedule> listed_schedule(std::vector<DirectedMatrix> rounds);

// The weighted graphs that `graphs` names, each a kind or, where `read_file` is given, a file. The
// j-th takes the parameters it reads and seed + j. Errors: GraphError for an unknown name, sizes
// that differ, parameters that none reads, a weight rule that is not symmetric.
std::vector<MixingMatrix> named_graphs(std::string_view kind, const GraphParameters& given);

}  // namespace starling
