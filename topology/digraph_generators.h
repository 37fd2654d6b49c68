#pragma once

#include <span>
#include <string_view>

#include "topology/digraph.h"
#include "topology/generators.h"

namespace starling {

// One directed graph kind; it reads the parameters of a GraphKind, with which it shares names and
// messages. degree: targets of a node; radius: the longest range.
struct DigraphKind {
  std::string_view name;
  std::string_view summary;
  std::string_view parameters;
  Digraph (*make)(const GraphParameters&);
};
std::span<const DigraphKind> digraph_kinds();
const DigraphKind* find_digraph(std::string_view name);
// Throws GraphError: unknown kind (with the nearest name), bad size (key, value, what is allowed),
// no strongly connected result.
Digraph make_digraph(std::string_view kind, const GraphParameters& parameters);

}  // namespace starling
