#include "topology/schedule.h"

#include <string>
#include <vector>

#include "topology/graphs/parameters.h"
#include "topology/nearest.h"
#include "topology/schedules/schedules.h"

namespace starling {
namespace {

const ScheduleKind kScheduleKinds[] = {
    {"one_peer_exponential", "i takes from i + 2^t, half each; exact iff nodes = 2^m", "nodes",
     "Ying et al. 2021", one_peer_exponential},
    {"hypercube_exchange", "i and i xor 2^t average; nodes = 2^m, exact", "nodes", "Cybenko 1989",
     hypercube_exchange},
    {"base_graph", "at most `degree` (1) neighbors, any number of nodes, exact", "nodes degree",
     "Takezawa et al. 2023", base_graph},
    {"random_matching", "random pairs average", "nodes seed", "Boyd et al. 2006", random_matching},
    {"od_equidyn", "all take half from i + a random shift", "nodes seed", "Song et al. 2022",
     od_equidyn},
    {"ou_equidyn", "random pairs at a random shift", "nodes seed", "Song et al. 2022", ou_equidyn},
    {"laplacian_factors", "one static graph, its weights in turn; exact",
     "graphs nodes degree rows cols probability radius seed", "Kibangou 2012", laplacian_factors},
    {"alternating", "static graphs in turn, as ring,torus",
     "graphs weights nodes degree rows cols probability radius seed", "Koloskova et al. 2020",
     alternating},
};

}  // namespace

std::span<const ScheduleKind> schedule_kinds() { return kScheduleKinds; }

const ScheduleKind* find_schedule(std::string_view name) {
  for (const ScheduleKind& kind : kScheduleKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

std::unique_ptr<Schedule> make_schedule(std::string_view name, const GraphParameters& parameters) {
  if (const ScheduleKind* kind = find_schedule(name)) {
    refuse_unread(kind->name, kind->parameters, parameters);
    return kind->make(parameters);
  }
  std::vector<std::string_view> names;
  std::string allowed;
  for (const ScheduleKind& kind : kScheduleKinds) {
    names.push_back(kind.name);
    allowed += ' ';
    allowed += kind.name;
  }
  throw GraphError("kind = " + std::string(name) + " is unknown" + did_you_mean(name, names) +
                   "; allowed:" + allowed);
}

}  // namespace starling
