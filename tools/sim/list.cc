#include "tools/sim/list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "consensus/aggregators/aggregator.h"
#include "consensus/algorithms/registry.h"
#include "consensus/attacks/attack.h"
#include "consensus/mixers/mixer.h"
#include "consensus/objectives/objective.h"
#include "consensus/optimizers/optimizer.h"
#include "consensus/step_schedule.h"
#include "node/error.h"
#include "topology/nearest.h"

namespace starling {

namespace {

using Json = nlohmann::ordered_json;

std::string_view to_string(AlgorithmEntry::TakesOptimizers takes) {
  using Takes = AlgorithmEntry::TakesOptimizers;
  return takes == Takes::any ? "any" : takes == Takes::linear ? "linear" : "none";
}

Json list_algorithms() {
  Json list = Json::array();
  for (const AlgorithmEntry& a : algorithms())
    list.push_back({{"name", a.name},
                    {"summary", a.summary},
                    {"source", a.source},
                    {"exact", a.exact},
                    {"needs_inputs", a.needs_inputs},
                    {"warm_restart", a.warm_restart},
                    {"local_steps", a.local_steps},
                    {"optimizers", to_string(a.optimizers)},
                    {"mixes_in_flight", a.mixes_in_flight}});
  return list;
}

Json list_mixers() {
  Json list = Json::array();
  for (const MixerEntry& m : mixers())
    list.push_back({{"name", m.name},
                    {"summary", m.summary},
                    {"source", m.source},
                    {"acceleration", m.name == "plain" ? "none" : m.name}});
  return list;
}

Json list_objectives() {
  Json list = Json::array();
  for (const ObjectiveEntry& o : objectives())
    list.push_back({{"name", o.name},
                    {"summary", o.summary},
                    {"needs_data", o.data == DataUse::rows},
                    {"classifies", o.classifies},
                    {"keys", o.keys}});
  return list;
}

Json list_aggregators() {
  Json list = Json::array();
  for (const AggregatorEntry& a : aggregators())
    list.push_back({{"name", a.name},
                    {"summary", a.summary},
                    {"source", a.source},
                    {"least_neighbors", {{"1", a.least_neighbors(1)}, {"2", a.least_neighbors(2)}}},
                    {"reads_weights", a.reads_weights},
                    {"reads_loss", a.reads_loss},
                    {"reads_radius", a.reads_radius}});
  return list;
}

Json list_attacks() {
  Json list = Json::array();
  for (const AttackEntry& a : attacks())
    list.push_back({{"name", a.name},
                    {"summary", a.summary},
                    {"source", a.source},
                    {"lies_on_the_wire", a.lies()}});
  return list;
}

Json list_optimizers() {
  Json list = Json::array();
  for (const OptimizerEntry& o : optimizers())
    list.push_back({{"name", o.name},
                    {"summary", o.summary},
                    {"source", o.source},
                    {"states", o.states},
                    {"linear", o.linear}});
  return list;
}

Json list_step_schedules() {
  Json list = Json::array();
  for (const StepScheduleEntry& s : step_schedules())
    list.push_back({{"name", s.name}, {"summary", s.summary}});
  return list;
}

// Of these there are none yet: every list is honest about it.
Json nothing() { return Json::array(); }

struct Category {
  std::string_view name;
  Json (*list)();
};
constexpr Category kCategories[] = {
    {"algorithms", list_algorithms},   {"mixers", list_mixers},
    {"objectives", list_objectives},   {"compressors", nothing},
    {"aggregators", list_aggregators}, {"attacks", list_attacks},
    {"optimizers", list_optimizers},   {"step_schedules", list_step_schedules},
};

std::string table(const Json& lists) {
  std::string text;
  for (const auto& [category, entries] : lists.items()) {
    text += category + (entries.empty() ? ": none in this version\n" : "\n");
    std::size_t width = 0;
    for (const Json& entry : entries)
      width = std::max(width, entry["name"].get<std::string>().size());
    for (const Json& entry : entries) {
      std::string name = entry["name"];
      name.resize(width, ' ');
      text += "  " + name + "  " + entry["summary"].get<std::string>();
      if (entry.contains("source")) text += " (" + entry["source"].get<std::string>() + ")";
      text += "\n";
    }
  }
  return text;
}

}  // namespace

std::string list_registries(std::string_view category, bool json) {
  Json lists = Json::object();
  for (const Category& c : kCategories)
    if (category.empty() || category == c.name) lists[std::string(c.name)] = c.list();
  if (lists.empty()) {
    std::vector<std::string_view> names;
    std::string allowed;
    for (const Category& c : kCategories) {
      names.push_back(c.name);
      allowed += (allowed.empty() ? "" : ", ") + std::string(c.name);
    }
    throw ConfigError("list \"" + std::string(category) + "\": allowed are " + allowed +
                      did_you_mean(category, names));
  }
  return json ? lists.dump(2) + "\n" : table(lists);
}

}  // namespace starling
