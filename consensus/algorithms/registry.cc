#include "consensus/algorithms/registry.h"

#include <algorithm>
#include <cmath>

#include "consensus/algorithms/programs.h"

namespace starling {

namespace {

// The catalogue's rules (section C), from the agreed L, mu and the spectrum [low, high] of one mix
// off the mean.

double no_step(const Agreement&) { return 1; }

// A quarter of the stable range 2 / L; its bias is that of E steps together.
double dgd_atc_step(const Agreement& a) { return 0.5 / a.local_steps / a.constants.smoothness; }

// The same, but below (1 + low) / L.
double dgd_cta_step(const Agreement& a) {
  return std::min(0.5, 0.9 * (1 + a.mix.low)) / a.constants.smoothness;
}

double extra_step(const Agreement& a) {
  return 0.95 * (5 + 3 * a.mix.low) / (4 * a.constants.smoothness);
}

// Longer local paths than 2.5 / L cost steps instead of saving them (C.17).
double exact_diffusion_step(const Agreement& a) {
  return std::min(1.0, 2.5 / a.local_steps) / a.constants.smoothness;
}

// The catalogue asks for a W shifted to low >= -1/3. We do not shift: below that its sharp limit
// (1 - low^2) / |low| takes over.
double tracking_step(const Agreement& a) {
  double step = std::min(1.0, 5 * (1 - a.mix.high));
  if (a.mix.low < 0) step = std::min(step, 0.9 * (1 - a.mix.low * a.mix.low) / -a.mix.low);
  return step / a.constants.smoothness;
}

// The catalogue's min(.3, gap) / L for directed graphs (C.13), without its first bound where one
// mix contracts well: then the tracker's own limit is what matters.
double push_step(const Agreement& a) {
  const double slem = std::max(std::abs(a.mix.low), std::abs(a.mix.high));
  return std::min(tracking_step(a), (1 - slem) / a.constants.smoothness);
}

// The path of E steps is as long as one of gradient_tracking; the catalogue's 0.3 / (E L) is safe
// on any W, and slow where it mixes well.
double k_gt_step(const Agreement& a) { return tracking_step(a) / a.local_steps; }

double mudag_step(const Agreement& a) {
  if (!(a.constants.global_strong_convexity > 0))
    throw SettingsError(
        "shared.algorithm.kind = \"mudag\": its momentum needs the objective's strong convexity, "
        "which is not known "
        "to be above 0; give the objective an l2 > 0, or use \"exact_diffusion\"");
  return 1 / a.constants.global_smoothness;
}

using TakesOptimizers = AlgorithmEntry::TakesOptimizers;

const AlgorithmEntry kAlgorithms[] = {
    {.name = "average",
     .summary = "pure consensus on given local vectors",
     .source = "Xiao & Boyd 2004",
     .make_float = average,
     .make_double = average,
     .step_size = no_step,
     .needs = GraphNeed::doubly_stochastic,
     .needs_inputs = true,
     .warm_restart = false,
     .mixes_models = true,
     .gradient_at = {}},
    {.name = "dgd_atc",
     .summary = "decentralised gradient descent, adapt then combine; local DSGD; biased",
     .source = "Nedic & Ozdaglar 2009; Chen & Sayed 2012",
     .make_float = dgd_atc,
     .make_double = dgd_atc,
     .step_size = dgd_atc_step,
     .needs = GraphNeed::doubly_stochastic,
     .exact = false,
     .mixes_models = true,
     .local_steps = true,
     .optimizers = TakesOptimizers::any},
    {.name = "dgd_cta",
     .summary = "decentralised gradient descent, gradient and messages at once; biased",
     .source = "Yuan, Ling & Yin 2016; Lian et al. 2017",
     .make_float = dgd_cta,
     .make_double = dgd_cta,
     .step_size = dgd_cta_step,
     .needs = GraphNeed::doubly_stochastic,
     .exact = false,
     .mixes_models = true},
    {.name = "exact_diffusion",
     .summary =
         "exact, one vector per step, step size independent of the graph; LED with local steps",
     .source = "Yuan, Ying, Zhao & Sayed 2019; Li, Shi & Yan 2019; Alghunaim 2024",
     .make_float = exact_diffusion,
     .make_double = exact_diffusion,
     .step_size = exact_diffusion_step,
     .needs = GraphNeed::symmetric_static,
     .local_steps = true,
     .optimizers = TakesOptimizers::linear,
     .zero_mean = "y"},
    {.name = "extra",
     .summary = "exact, one vector per step, gradient and messages at once",
     .source = "Shi, Ling, Wu & Yin 2015",
     .make_float = extra,
     .make_double = extra,
     .step_size = extra_step,
     .needs = GraphNeed::symmetric_static,
     .zero_mean = "y"},
    {.name = "gradient_tracking",
     .summary = "follows the average gradient; also for changing graphs",
     .source = "Qu & Li 2018",
     .make_float = gradient_tracking,
     .make_double = gradient_tracking,
     .step_size = tracking_step,
     .needs = GraphNeed::doubly_stochastic,
     .optimizers = TakesOptimizers::any,
     .mixes_in_flight = 2,
     .tracks_gradient = "y"},
    {.name = "k_gt",
     .summary = "gradient tracking with local steps; also for changing graphs",
     .source = "Liu, Lin, Koloskova & Stich 2023",
     .make_float = k_gt,
     .make_double = k_gt,
     .step_size = k_gt_step,
     .needs = GraphNeed::doubly_stochastic,
     .local_steps = true,
     .optimizers = TakesOptimizers::linear,
     .mixes_in_flight = 2,
     .zero_mean = "c"},
    {.name = "mudag",
     .summary = "accelerated; needs strong convexity and a strong mix",
     .source = "Ye, Luo, Zhou & Zhang 2023",
     .make_float = mudag,
     .make_double = mudag,
     .step_size = mudag_step,
     .needs = GraphNeed::symmetric_static,
     .step_schedules = false,
     .gradient_at = "y"},
    {.name = "push_diging",
     .summary = "gradient tracking on directed graphs: each sender divides what it has",
     .source = "Nedic, Olshevsky & Shi 2017",
     .make_float = push_diging,
     .make_double = push_diging,
     .step_size = push_step,
     .needs = GraphNeed::column_stochastic,
     .mixes_in_flight = 2,
     .tracks_gradient = "y"},
    {.name = "push_sum",
     .summary = "pure consensus on directed graphs, on given local vectors",
     .source = "Kempe, Dobra & Gehrke 2003",
     .make_float = push_sum,
     .make_double = push_sum,
     .step_size = no_step,
     .needs = GraphNeed::column_stochastic,
     .needs_inputs = true,
     .warm_restart = false,
     .gradient_at = {}},
};

}  // namespace

std::span<const AlgorithmEntry> algorithms() { return kAlgorithms; }

const AlgorithmEntry* find_algorithm(std::string_view name) {
  for (const AlgorithmEntry& entry : kAlgorithms)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace starling
