#include "consensus/objectives/objective.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace starling {
namespace {

// Up to here a table must reach: everything before the optional entries.
constexpr std::size_t kRequiredBytes = offsetof(starling_objective_vtable, optimum);

starling_objective_vtable checked_copy(const starling_objective_vtable& table) {
  if (table.abi != STARLING_OBJECTIVE_ABI)
    throw ObjectiveError("objective has ABI version " + std::to_string(table.abi) +
                         ", this program " + std::to_string(STARLING_OBJECTIVE_ABI));
  if (table.struct_size < kRequiredBytes) throw ObjectiveError("objective's table is too short");
  starling_objective_vtable copy{};
  std::memcpy(&copy, &table, std::min<std::size_t>(table.struct_size, sizeof copy));
  if (!copy.create || !copy.destroy || !copy.dimension || !copy.gradient || !copy.constants ||
      !copy.error)
    throw ObjectiveError("objective's table lacks a required function");
  return copy;
}

starling_objective* create(const starling_objective_vtable& table,
                           const starling_objective_request& request) {
  char error[1024] = "refused without a reason";
  starling_objective* instance = table.create(&request, error, sizeof error);
  if (!instance) throw ObjectiveError(error);
  return instance;
}

}  // namespace

Objective::Objective(const starling_objective_vtable& vtable,
                     const starling_objective_request& request)
    : vtable_(checked_copy(vtable)),
      instance_(create(vtable_, request), vtable_.destroy),
      dimension_(vtable_.dimension(instance_.get())),
      precision_(request.precision) {
  if (dimension_ == 0) throw ObjectiveError("objective has dimension 0");
  check(vtable_.constants(instance_.get(), &smoothness_, &strong_convexity_));
  if (!(smoothness_ >= strong_convexity_) || !(strong_convexity_ >= 0) || std::isnan(smoothness_) ||
      !std::isfinite(strong_convexity_))
    throw ObjectiveError("objective has constants L = " + std::to_string(smoothness_) + ", mu = " +
                         std::to_string(strong_convexity_) + "; L >= mu >= 0 must hold");
  has_optimum_ = vtable_.optimum && vtable_.optimum(instance_.get(), nullptr) == 0;
  has_local_steps_ =
      vtable_.local_steps && vtable_.local_steps(instance_.get(), nullptr, nullptr, nullptr) == 0;
}

template <class Real>
void Objective::require_precision() const {
  if (sizeof(Real) != static_cast<std::size_t>(precision_))
    throw ObjectiveError("objective made for " + std::to_string(8 * precision_) +
                         " bits, called with " + std::to_string(8 * sizeof(Real)));
}

template <class Real>
double Objective::gradient(const Real* x, Real* gradient) {
  require_precision<Real>();
  double value = 0;
  check(vtable_.gradient(instance_.get(), x, gradient, &value));
  return value;
}

template <class Real>
double Objective::stochastic_gradient(const Real* x, std::uint64_t seed, std::uint64_t step,
                                      std::uint64_t batch, Real* gradient) {
  require_precision<Real>();
  if (!has_stochastic_gradient()) throw ObjectiveError("the objective takes no mini-batches");
  double value = 0;
  check(vtable_.stochastic_gradient(instance_.get(), x, seed, step, batch, gradient, &value));
  return value;
}

template <class Real>
double Objective::local_steps(const starling_local_steps& steps, Real* x) {
  require_precision<Real>();
  if (!has_local_steps()) throw ObjectiveError("the objective takes no steps itself");
  double value = 0;
  check(vtable_.local_steps(instance_.get(), &steps, x, &value));
  return value;
}

template <class Real>
void Objective::initial(Real* x) {
  require_precision<Real>();
  std::fill_n(x, dimension_, Real(0));
  if (vtable_.initial) check(vtable_.initial(instance_.get(), x));
}

std::vector<double> Objective::optimum() {
  if (!has_optimum_) throw ObjectiveError("the optimum is not known");
  std::vector<double> x(dimension_);
  check(vtable_.optimum(instance_.get(), x.data()));
  return x;
}

std::optional<std::pair<double, double>> Objective::global_constants() {
  double smoothness = 0, strong_convexity = 0;
  if (!vtable_.global_constants ||
      vtable_.global_constants(instance_.get(), &smoothness, &strong_convexity) != 0)
    return std::nullopt;
  return std::pair(smoothness, strong_convexity);
}

template <class Real>
std::uint64_t Objective::correct(const Real* x, const starling_data& data) {
  require_precision<Real>();
  if (!has_accuracy()) throw ObjectiveError("the objective predicts nothing");
  std::uint64_t correct = 0;
  check(vtable_.accuracy(instance_.get(), x, &data, &correct));
  return correct;
}

void Objective::check(int code) {
  if (code == 0) return;
  const char* text = vtable_.error(instance_.get());
  throw ObjectiveError(text && *text ? text : "objective failed with code " + std::to_string(code));
}

template double Objective::gradient<float>(const float*, float*);
template double Objective::gradient<double>(const double*, double*);
template double Objective::stochastic_gradient<float>(const float*, std::uint64_t, std::uint64_t,
                                                      std::uint64_t, float*);
template double Objective::stochastic_gradient<double>(const double*, std::uint64_t, std::uint64_t,
                                                       std::uint64_t, double*);
template double Objective::local_steps<float>(const starling_local_steps&, float*);
template double Objective::local_steps<double>(const starling_local_steps&, double*);
template void Objective::initial<float>(float*);
template void Objective::initial<double>(double*);
template std::uint64_t Objective::correct<float>(const float*, const starling_data&);
template std::uint64_t Objective::correct<double>(const double*, const starling_data&);

}  // namespace starling
