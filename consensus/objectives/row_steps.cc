#include "consensus/objectives/row_steps.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "consensus/objectives/objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostShown = 1024;
constexpr std::uint64_t kMostDrawn = std::uint64_t{1} << 20;  // rows held at a time: 8 MiB

void require_plain(const starling_local_steps& steps) {
  const starling_optimizer& o = steps.optimizer;
  if (std::string_view(o.kind) != "sgd" || o.weight_decay != 0 || o.clip_norm != 0 ||
      o.clip_value != 0)
    throw ObjectiveError(
        "local.solver: steps of single rows are those of shared.optimizer.kind = \"sgd\" without "
        "weight_decay and clipping, not of \"" +
        std::string(o.kind) + "\" as configured");
  if (steps.batch == 0)
    throw ObjectiveError(
        "local.solver: rows are drawn by mini-batches, shared.algorithm.batch = 0 draws none");
}

}  // namespace

std::unique_ptr<RowSteps> RowSteps::make(const starling_objective_request& request,
                                         const DataRows& rows, RowLoss loss, double l2) {
  if (!request.local) return nullptr;
  const auto local = nlohmann::json::parse(request.local);
  const std::string solver = local.value("solver", "gradient");
  if (solver == "gradient") return nullptr;
  return std::unique_ptr<RowSteps>(
      new RowSteps(rows, loss, l2, find_sharing(solver), local.value("threads", 1u)));
}

Batch RowSteps::take(const starling_local_steps& steps, BatchSampler& sampler, double* x) {
  require_plain(steps);
  const auto* shift = static_cast<const double*>(steps.shift);
  Batch batch;
  for (std::uint64_t e = 0; e < steps.steps; ++e) {
    batch = steps.batch < count_ ? sampler.draw(steps.seed, steps.step + e, steps.batch)
                                 : Batch{sampler.order(steps.seed, steps.step + e).data(), count_};
    order_.insert(order_.end(), batch.rows, batch.rows + batch.size);
    if (!shift && e + 1 < steps.steps && order_.size() < kMostDrawn) continue;
    solver_.run(order_, steps.step_size * steps.scale, x);
    order_.clear();
    if (shift) add_scaled(x, -steps.share, shift, solver_.dimension());
  }
  const std::uint64_t shown = std::min(batch.size, kMostShown);
  return {batch.rows + (batch.size - shown), shown};
}

}  // namespace starling
