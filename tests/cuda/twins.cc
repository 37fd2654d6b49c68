// Holds the objectives of a CUDA module to the built-in ones: the same values, gradients and local
// steps, the same bits when asked again. Without a framework, so that a bare machine with a GPU
// builds it, too (tools/gpu-check).
//
//   twins LIBRARY      a line for each claim; exit 1 where one fails, 77 without a device

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "consensus/optimizers/optimizer.h"
#include "cuda/starling_cuda.h"
#include "tests/cuda/twin_cases.h"

namespace starling {
namespace {

constexpr const char* kLocal = R"({"device":"cuda:0","threads":1})";
constexpr int kSkipped = 77;
int failures = 0;

void report(const std::string& claim, double error, double tolerance) {
  const bool kept = error <= tolerance;  // false of NaN
  failures += !kept;
  std::printf("%s\t%s\t%.3g\t%.3g\n", kept ? "ok" : "FAILED", claim.c_str(), error, tolerance);
}

// |a - b| in the largest entry, relative to the largest of b.
template <class Real>
double distance(const std::vector<Real>& a, const std::vector<Real>& b) {
  double most = 0, size = 1e-30;
  for (std::size_t k = 0; k < b.size(); ++k) {
    const double apart = std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k]));
    most = std::isnan(apart) ? std::numeric_limits<double>::infinity() : std::max(most, apart);
    size = std::max(size, std::abs(static_cast<double>(b[k])));
  }
  return most / size;
}
double distance(double a, double b) { return std::abs(a - b) / std::max(std::abs(b), 1e-30); }

template <class Real>
constexpr double kTolerance = sizeof(Real) == sizeof(double) ? 1e-12 : 2e-5;
template <class Real>
constexpr const char* kName = sizeof(Real) == sizeof(double) ? "float64" : "float32";

// A built-in objective and its twin on the same rows.
template <class Real>
struct Pair {
  Pair(const starling_cuda_module& module, const ObjectiveCase& from)
      : view(from.data.view()),
        request{STARLING_OBJECTIVE_ABI, 1, 3, precision(), from.config.c_str(), &view, kLocal},
        builtin(*from.entry->vtable, request),
        twin(*module.objective(std::string(from.entry->name).c_str()), request),
        x(builtin.dimension()),
        name(from.name + ", " + kName<Real>) {
    const auto point = random_point(builtin.dimension(), 5);
    std::transform(point.begin(), point.end(), x.begin(),
                   [](double entry) { return static_cast<Real>(entry / 4); });
  }
  static starling_precision precision() {
    return sizeof(Real) == sizeof(double) ? STARLING_FLOAT64 : STARLING_FLOAT32;
  }
  std::vector<Real> zero() const { return std::vector<Real>(x.size()); }

  starling_data view;
  starling_objective_request request;
  Objective builtin, twin;
  std::vector<Real> x;
  std::string name;
};

template <class Real>
void full_gradients_are_equal(Pair<Real>& pair) {
  auto wanted = pair.zero(), found = pair.zero(), again = pair.zero();
  const double value = pair.builtin.gradient(pair.x.data(), wanted.data());
  const double twins = pair.twin.gradient(pair.x.data(), found.data());
  report(pair.name + ": value", distance(twins, value), kTolerance<Real>);
  report(pair.name + ": gradient", distance(found, wanted), kTolerance<Real>);
  const double same = pair.twin.gradient(pair.x.data(), again.data());
  const double alone = pair.twin.gradient(pair.x.data(), static_cast<Real*>(nullptr));
  report(pair.name + ": the same bits again, with and without a gradient",
         found == again && same == twins && alone == twins ? 0 : 1, 0);
}

// Over three epochs, and full gradients in between, so that recorded ones follow batches.
template <class Real>
void batches_are_equal(Pair<Real>& pair) {
  double worst = 0;
  auto wanted = pair.zero(), found = pair.zero();
  const std::uint64_t batch = std::max<std::uint64_t>(2, pair.view.rows / 4);
  for (std::uint64_t step = 0; step < 13; ++step) {
    const std::uint64_t size = step == 6 ? 2 * pair.view.rows : batch;
    const double value =
        pair.builtin.stochastic_gradient(pair.x.data(), 3, step, size, wanted.data());
    const double twins = pair.twin.stochastic_gradient(pair.x.data(), 3, step, size, found.data());
    worst = std::max({worst, distance(found, wanted), distance(twins, value)});
    if (step % 4 != 0) continue;
    const double full = pair.builtin.gradient(pair.x.data(), wanted.data());
    const double twins_full = pair.twin.gradient(pair.x.data(), found.data());
    worst = std::max({worst, distance(found, wanted), distance(twins_full, full)});
  }
  report(pair.name + ": mini-batches", worst, kTolerance<Real>);
}

// By the words of the ABI: x <- update(x, scale grad f_i(x)) - share shift.
template <class Real>
double step_by_step(Objective& f, const starling_local_steps& steps, std::vector<Real>& x) {
  const starling_optimizer& o = steps.optimizer;
  std::vector<Real> g(x.size());
  double value = 0;
  for (std::uint64_t e = 0; e < steps.steps; ++e) {
    value = steps.batch == 0 ? f.gradient(x.data(), g.data())
                             : f.stochastic_gradient(x.data(), steps.seed, steps.step + e,
                                                     steps.batch, g.data());
    double square = 0;
    for (Real& entry : g) {
      entry *= static_cast<Real>(steps.scale);
      square += static_cast<double>(entry) * static_cast<double>(entry);
    }
    VectorUpdate<Real> update{};
    set_numbers(update, o, static_cast<double>(steps.updates + e + 1));
    update.factors.step_size = static_cast<Real>(steps.step_size);
    update.from = update.to = x.data();
    update.gradient = g.data();
    update.shift = static_cast<const Real*>(steps.shift);
    update.share = static_cast<Real>(steps.share);
    const double norm = std::sqrt(square);
    update.scale =
        static_cast<Real>(o.clip_norm > 0 && norm > o.clip_norm ? o.clip_norm / norm : 1);
    for (int s = 0; s < 3; ++s) update.states[s] = static_cast<Real*>(steps.states[s]);
    update.size = x.size();
    const OptimizerEntry& entry = *find_optimizer(o.kind);
    if constexpr (sizeof(Real) == sizeof(double))
      entry.update_double(update);
    else
      entry.update_float(update);
  }
  return value;
}

// Seven steps by every optimizer, pushed by a shift, twice in a row, on mini-batches or, if `full`,
// on all rows.
template <class Real>
void local_steps_are_equal(Pair<Real>& pair, const OptimizerEntry& optimizer, bool clipped,
                           bool full = false) {
  const auto shift = [&] {
    const auto drawn = random_point(pair.x.size(), 9);
    return std::vector<Real>(drawn.begin(), drawn.end());
  }();
  const std::string kind(optimizer.name);
  starling_local_steps steps{};
  steps.steps = 7;
  steps.batch = full ? 0 : std::max<std::uint64_t>(2, pair.view.rows / 2);
  steps.seed = 3;
  steps.step_size = 0.02;
  steps.scale = 1.25;
  steps.shift = shift.data();
  steps.share = 0.01;
  steps.optimizer = {kind.c_str(),     0.9, 0.9, 0.99, 1e-3, 0.05, clipped ? 0.5 : 0,
                     clipped ? 0.1 : 0};
  double value[2] = {};
  std::vector<Real> x[2] = {pair.x, pair.x};
  std::vector<std::vector<Real>> states[2];
  for (int which = 0; which < 2; ++which) {
    auto local = steps;
    states[which].assign(static_cast<std::size_t>(optimizer.states), pair.zero());
    for (std::size_t s = 0; s < states[which].size(); ++s)
      local.states[s] = states[which][s].data();
    for (const std::uint64_t before : {0, 7}) {
      local.updates = local.step = before;
      value[which] = which == 0 ? step_by_step(pair.builtin, local, x[0])
                                : pair.twin.local_steps(local, x[1].data());
    }
  }
  double worst = std::max(distance(value[1], value[0]), distance(x[1], x[0]));
  for (std::size_t s = 0; s < states[0].size(); ++s)
    worst = std::max(worst, distance(states[1][s], states[0][s]));
  report(pair.name + ": local steps of " + kind + (clipped ? ", clipped" : "") +
             (full ? ", all rows" : ""),
         worst, 10 * kTolerance<Real>);
}

template <class Real>
void all_of(const starling_cuda_module& module, const ObjectiveCase& from, bool steps) {
  Pair<Real> pair(module, from);
  full_gradients_are_equal(pair);
  batches_are_equal(pair);
  if (!steps) return;
  for (const OptimizerEntry& optimizer : optimizers())
    if (!optimizer.quasi_newton)  // refused where an objective takes the steps itself
      local_steps_are_equal(pair, optimizer, false);
  for (const bool full : {false, true})
    local_steps_are_equal(pair, *find_optimizer("momentum"), true, full);
}

// Near, and neither what float gives nor what other factors do.
void tensor_cores(const starling_cuda_module& module, const ObjectiveCase& from) {
  Pair<float> plain(module, from);
  auto wanted = plain.zero();
  plain.twin.gradient(plain.x.data(), wanted.data());
  std::vector<std::vector<float>> others{wanted};
  for (const auto& [name, tolerance] : {std::pair("tf32", 5e-3), std::pair("bf16", 4e-2)}) {
    const std::string claim = from.name + ", " + name;
    const std::string local = R"({"device":"cuda:0","tensor_cores":")" + std::string(name) + "\"}";
    auto request = plain.request;
    request.local = local.c_str();
    try {
      Objective fast(*module.objective(std::string(from.entry->name).c_str()), request);
      auto found = plain.zero();
      fast.gradient(plain.x.data(), found.data());
      report(claim + ": gradient", distance(found, wanted), tolerance);
      const bool seen = std::find(others.begin(), others.end(), found) != others.end();
      report(claim + ": bits of its own", seen, 0);
      others.push_back(found);
    } catch (const ObjectiveError& error) {
      const std::string words = std::string(name) + " begins with 8.0";
      const bool told = std::string(error.what()).find(words) != std::string::npos;
      report(claim + ": refused where there is none", told ? 0 : 1, 0);
    }
  }
}

void refusals(const starling_cuda_module& module) {
  const ObjectiveCase from{"mlp", find_objective("mlp"), "{}", sample_rows(9, 3, 2, false, 1)};
  const starling_data view = from.data.view();
  const auto words = [&](const char* config, const char* local) -> std::string {
    try {
      const Objective made(*module.objective("mlp"),
                           {STARLING_OBJECTIVE_ABI, 0, 1, STARLING_FLOAT64, config, &view, local});
      return "made";
    } catch (const ObjectiveError& error) {
      return error.what();
    }
  };
  const auto says = [](const std::string& text, const char* part) {
    return text.find(part) == std::string::npos ? 1.0 : 0.0;
  };
  report("a key of nobody is refused", says(words(R"({"hiden":"3"})", kLocal), "hiden"), 0);
  report("another device is refused", says(words("{}", R"({"device":"rocm"})"), "rocm"), 0);
  for (const char* name : {"tf32", "bf16"})
    report(std::string(name) + " in float64 is refused",
           says(words("{}",
                      (R"({"device":"cuda","tensor_cores":")" + std::string(name) + "\"}").c_str()),
                "float32 only"),
           0);
  report("other tensor cores are refused",
         says(words("{}", R"({"device":"cuda","tensor_cores":"fp8"})"), "none, tf32 or bf16"), 0);
  report("vectors have no twin", module.objective("vectors") ? 1 : 0, 0);
}

const starling_cuda_module& load(const char* path) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(dlerror());
  const auto entry = reinterpret_cast<starling_cuda_entry>(dlsym(library, STARLING_CUDA_ENTRY));
  if (!entry) throw std::runtime_error(std::string(path) + " has no " + STARLING_CUDA_ENTRY);
  return *entry();
}

int run(const char* path) {
  const starling_cuda_module& module = load(path);
  char why[256];
  if (module.devices(why, sizeof why) == 0) {
    std::printf("SKIPPED: no device: %s\n", why);
    return kSkipped;
  }
  for (const ObjectiveCase& one : objective_cases())
    if (module.objective(std::string(one.entry->name).c_str())) {
      all_of<double>(module, one, true);
      all_of<float>(module, one, false);
    }
  for (const ObjectiveCase& one : long_cases()) {
    all_of<double>(module, one, false);
    all_of<float>(module, one, true);
  }
  for (const ObjectiveCase& one : network_cases()) {
    all_of<double>(module, one, true);
    all_of<float>(module, one, false);
  }
  tensor_cores(module,
               {"softmax", find_objective("softmax"), "{}", sample_rows(512, 64, 8, false, 8)});
  tensor_cores(module, {"cnn", find_objective("cnn"),
                        R"({"layers":"convolution:8:3,average:2","activation":"tanh"})",
                        sample_rows(64, 64, 8, false, 8)});
  refusals(module);
  std::printf("%d failed\n", failures);
  return failures > 0;
}

}  // namespace
}  // namespace starling

int main(int argc, char** argv) try {
  if (argc == 2) return starling::run(argv[1]);
  std::fprintf(stderr, "usage: twins LIBRARY\n");
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "twins: %s\n", error.what());
  return 1;
}
