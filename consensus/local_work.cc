#include "consensus/local_work.h"

#include <string>

#include "consensus/algorithms/registry.h"
#include "consensus/optimizers/optimizer.h"
#include "consensus/step_schedule.h"

namespace starling {
namespace {

std::string setting(const char* key, const std::string& value) {
  return "shared." + std::string(key) + " = " + value;
}
std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

template <class Able>
void require(Able able, const AlgorithmEntry& algorithm, const std::string& what,
             const std::string& why) {
  if (able(algorithm)) return;
  std::string names;
  for (const AlgorithmEntry& entry : algorithms())
    if (able(entry)) names += (names.empty() ? "" : ", ") + std::string(entry.name);
  throw SettingsError(what + ": " + quoted(algorithm.name) + " " + why + "; those that can are " +
                      names);
}

// Of what plain gradient steps are replaced by, the least that an algorithm has to take.
void require_optimizer(const OptimizerSettings& optimizer, const AlgorithmEntry& algorithm) {
  using Takes = AlgorithmEntry::TakesOptimizers;
  const OptimizerEntry* entry = find_optimizer(optimizer.kind);
  const std::string kind = setting("optimizer.kind", quoted(optimizer.kind));
  if (!entry) throw SettingsError(kind + ": no such optimizer");
  const auto takes = [](Takes least) {
    return [least](const AlgorithmEntry& one) { return one.optimizers >= least; };
  };
  if (!entry->linear)
    require(takes(Takes::any), algorithm, kind, "needs steps in proportion to its gradients");
  if (optimizer.clips())
    require(takes(Takes::any), algorithm,
            optimizer.clip_norm > 0
                ? setting("optimizer.clip_norm", std::to_string(optimizer.clip_norm))
                : setting("optimizer.clip_value", std::to_string(optimizer.clip_value)),
            "needs steps in proportion to its gradients");
  if (optimizer.kind != "sgd")
    require(takes(Takes::linear), algorithm, kind, "steps along its gradients as they are");
  if (optimizer.weight_decay > 0)
    require(takes(Takes::linear), algorithm,
            setting("optimizer.weight_decay", std::to_string(optimizer.weight_decay)),
            "steps along its gradients as they are");
}

}  // namespace

LocalWork local_work(const Settings& settings, NodeId nodes) {
  const AlgorithmSettings& algorithm = settings.algorithm;
  LocalWork work{algorithm.local_steps,
                 {algorithm.batch, settings.seed},
                 settings.optimizer,
                 settings.step_schedule};
  StepScheduleSettings& schedule = work.step_schedule;
  if (schedule.total == 0) schedule.total = settings.stop.steps;
  if (schedule.reference_batch > 0)
    schedule.scale = static_cast<double>(nodes) * static_cast<double>(algorithm.batch) /
                     static_cast<double>(schedule.reference_batch);
  return work;
}

void require_local_work(const Settings& settings, const AlgorithmEntry& algorithm) {
  const auto [local_steps, sampling, optimizer, schedule] =
      local_work(settings, settings.topology.nodes);
  if (local_steps > 1)
    require([](const AlgorithmEntry& entry) { return entry.local_steps; }, algorithm,
            setting("algorithm.local_steps", std::to_string(local_steps)),
            "takes one gradient step between two mixings");
  require_optimizer(optimizer, algorithm);
  if (!find_step_schedule(schedule.kind))
    throw SettingsError(setting("step_schedule.kind", quoted(schedule.kind)) +
                        ": no such schedule");
  if (!schedule.constant())
    require([](const AlgorithmEntry& entry) { return entry.step_schedules; }, algorithm,
            setting("step_schedule.kind", quoted(schedule.kind)), "rests on a constant step size");
  if (schedule.kind == "cosine" && schedule.total <= schedule.warm_up)
    throw SettingsError(setting("step_schedule.total", std::to_string(schedule.total)) +
                        ": of a cosine it must be above warm_up = " +
                        std::to_string(schedule.warm_up) + "; 0 takes shared.stop.steps");
  if (schedule.kind == "cosine" && schedule.least == 0 && schedule.total < settings.stop.steps)
    throw SettingsError(setting("step_schedule.total", std::to_string(schedule.total)) +
                        ": the step size would be 0 from there on to shared.stop.steps = " +
                        std::to_string(settings.stop.steps) +
                        "; set least above 0, or total to 0 or at least as many steps");
  if (schedule.reference_batch > 0 && sampling.batch == 0)
    throw SettingsError(
        setting("step_schedule.reference_batch", std::to_string(schedule.reference_batch)) +
        ": scales the step size with shared.algorithm.batch, which is 0");
}

// The rule is asked in any case: it refuses what the algorithm cannot run on.
double step_size(const Settings& settings, const AlgorithmEntry& algorithm,
                 const Agreement& agreement) {
  const double rule = algorithm.step_size(agreement);
  if (settings.algorithm.step_size > 0) return settings.algorithm.step_size;
  return find_optimizer(settings.optimizer.kind)->step_size(settings.optimizer, rule);
}

}  // namespace starling
