#include "consensus/optimizers/optimizer.h"

namespace starling {
namespace {

template <class Real, class Update, bool decoupled>
void update_vector(const VectorUpdate<Real>& u) {
  const Real kept = kept_by_decay(u, decoupled);
  for (std::size_t k = 0; k < u.size; ++k) update_entry<Real, Update, decoupled>(u, kept, k);
}

// Momentum repeats each gradient 1 / (1 - b) times in the end.
double as_ruled(const OptimizerSettings&, double rule) { return rule; }
double momentum_step(const OptimizerSettings& o, double rule) { return rule * (1 - o.momentum); }
// Of those that divide by the gradient's size: a length, whatever L is.
double small_step(const OptimizerSettings&, double) { return 1e-3; }
double larger_step(const OptimizerSettings&, double) { return 1e-2; }
// A share of Newton's, which is 1.
double newton_step(const OptimizerSettings&, double) { return 0.1; }

template <class Update, bool linear, bool decoupled = false, bool quasi_newton = false>
OptimizerEntry entry(std::string_view name, std::string_view summary, std::string_view source,
                     double (*step_size)(const OptimizerSettings&, double)) {
  return {name,
          summary,
          source,
          Update::kStates,
          step_size,
          update_vector<float, Update, decoupled>,
          update_vector<double, Update, decoupled>,
          linear,
          decoupled,
          quasi_newton};
}

const OptimizerEntry kOptimizers[] = {
    entry<SgdUpdate, true>("sgd", "plain gradient steps", "Robbins & Monro 1951", as_ruled),
    entry<MomentumUpdate, true>("momentum", "a decaying sum of gradients", "Polyak 1964",
                                momentum_step),
    entry<NesterovUpdate, true>("nesterov", "momentum that looks one step ahead",
                                "Nesterov 1983; Sutskever et al. 2013", momentum_step),
    entry<AdamUpdate, false>("adam", "momentum over the root of the mean square",
                             "Kingma & Ba 2015", small_step),
    entry<AdamUpdate, false, true>("adamw", "adam with decoupled weight decay",
                                   "Loshchilov & Hutter 2019", small_step),
    entry<AmsgradUpdate, false>("amsgrad", "adam whose steps never grow again",
                                "Reddi, Kale & Kumar 2018", small_step),
    entry<AdagradUpdate, false>("adagrad", "gradients over the root of their sum of squares",
                                "Duchi, Hazan & Singer 2011", larger_step),
    entry<RmspropUpdate, false>("rmsprop", "gradients over the root of their mean square",
                                "Tieleman & Hinton 2012", larger_step),
    entry<SgdUpdate, false, false, true>("lbfgs", "along the last changes' inverse curvature",
                                         "Liu & Nocedal 1989", newton_step),
};

}  // namespace

std::span<const OptimizerEntry> optimizers() { return kOptimizers; }

const OptimizerEntry* find_optimizer(std::string_view name) {
  for (const OptimizerEntry& entry : kOptimizers)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace starling
