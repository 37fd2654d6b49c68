#include "cuda/twin.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "consensus/objectives/batch.h"
#include "cuda/model.h"

namespace starling::cuda {
namespace {

// A word of request.local; empty where there is none.
std::string local_word(const starling_objective_request& request, const char* key) {
  const auto local = nlohmann::json::parse(request.local ? request.local : "", nullptr, false);
  return local.is_object() && local.contains(key) && local[key].is_string() ? local[key] : "";
}

// N of "cuda:N".
int device_index(const starling_objective_request& request) {
  const std::string device = local_word(request, "device");
  if (device == "cuda") return 0;
  if (!device.starts_with("cuda:") || device.size() < 6 || device.size() > 11 ||
      device.find_first_not_of("0123456789", 5) != std::string::npos)
    throw ObjectiveError("local.device = \"" + device + "\": must be cuda or cuda:N");
  return std::stoi(device.substr(5));
}

const starling_objective_vtable& builtin_table(const char* kind) {
  return *find_objective(kind)->vtable;
}

template <class Real>
class TwinOf final : public Twin {
 public:
  TwinOf(const char* kind, const starling_objective_request& request, MakeModel<Real> make)
      : builtin_(builtin_table(kind), request),
        sampler_(request.data->rows, request.node),
        device_(device_index(request)),
        model_(make(device_, request)),
        x_(device_),
        gradient_(device_),
        shift_(device_),
        states_{Buffer<Real>(device_), Buffer<Real>(device_), Buffer<Real>(device_)},
        norm_(device_),
        partial_(device_) {
    round_factors(local_word(request, "tensor_cores"));
    x_.reserve(dimension());
    gradient_.reserve(dimension());
  }

  Objective& builtin() override { return builtin_; }

  double gradient(const void* x, std::uint64_t seed, std::uint64_t step, std::uint64_t batch,
                  void* gradient) override {
    device_.use();
    x_.assign(static_cast<const Real*>(x), dimension());
    queue_gradient(seed, step, batch);
    const double value = model_->value();
    if (gradient) device_.download(gradient, gradient_.data(), dimension() * sizeof(Real));
    return value;
  }

  // x, the shift and the optimizer's vectors travel once each way, the gradients not at all.
  double local_steps(const starling_local_steps& steps, void* x) override {
    device_.use();
    const std::size_t d = dimension();
    x_.assign(static_cast<const Real*>(x), d);
    VectorUpdate<Real> update{};
    update.from = update.to = x_.data();
    update.gradient = gradient_.data();
    update.size = d;
    update.factors.step_size = static_cast<Real>(steps.step_size);
    update.share = static_cast<Real>(steps.share);
    if (steps.shift) update.shift = shift_.assign(static_cast<const Real*>(steps.shift), d);
    for (int s = 0; s < 3; ++s)
      if (steps.states[s])
        update.states[s] = states_[s].assign(static_cast<const Real*>(steps.states[s]), d);
    for (std::uint64_t e = 0; e < steps.steps; ++e) {
      queue_gradient(steps.seed, steps.step + e, steps.batch);
      set_numbers(update, steps.optimizer, static_cast<double>(steps.updates + e + 1));
      update.scale = static_cast<Real>(steps.scale * clipping(steps));
      if (!cuda::update(device_.stream(), steps.optimizer.kind, update))
        throw ObjectiveError("shared.optimizer.kind = \"" + std::string(steps.optimizer.kind) +
                             "\": has no kernel; set local.device = \"cpu\"");
    }
    const double value = model_->value();
    for (int s = 0; s < 3; ++s)
      if (steps.states[s]) device_.download(steps.states[s], states_[s].data(), d * sizeof(Real));
    device_.download(x, x_.data(), d * sizeof(Real));
    return value;
  }

 private:
  std::size_t dimension() const { return model_->dimension(); }

  void round_factors(const std::string& tensor_cores) {
    if (tensor_cores.empty() || tensor_cores == "none") return;
    const std::string key = "local.tensor_cores = \"" + tensor_cores + "\": ";
    if (tensor_cores != "tf32" && tensor_cores != "bf16")
      throw ObjectiveError(key + "must be none, tf32 or bf16");
    if (sizeof(Real) != sizeof(float)) throw ObjectiveError(key + "multiplies float32 only");
    device_.round(tensor_cores == "tf32" ? Factors::tf32 : Factors::bf16);
  }

  void queue_gradient(std::uint64_t seed, std::uint64_t step, std::uint64_t batch) {
    const Batch rows =
        batch == 0 ? Batch{nullptr, model_->rows().count()} : sampler_.draw(seed, step, batch);
    const auto draw = batch == 0 ? std::nullopt : std::optional(Draw{seed, step});
    model_->gradient(model_->rows().select(rows), draw, x_.data(), gradient_.data());
  }

  // The factor that brings |scale g| down to the configured norm: here the host waits.
  double clipping(const starling_local_steps& steps) {
    const double most = steps.optimizer.clip_norm;
    if (most == 0) return 1;
    partial_.reserve(partial_sums(dimension()));
    sum_of_squares(device_.stream(), gradient_.data(), dimension(), partial_.data(),
                   norm_.reserve(1));
    double square = 0;
    device_.download(&square, norm_.data(), sizeof square);
    const double norm = std::abs(steps.scale) * std::sqrt(square);
    return norm > most ? most / norm : 1;
  }

  Objective builtin_;
  BatchSampler sampler_;
  Device device_;
  std::unique_ptr<Model<Real>> model_;
  Buffer<Real> x_, gradient_, shift_, states_[3];
  Buffer<double> norm_, partial_;
};

struct Kind {
  std::string_view name;
  MakeModel<float> make_float;
  MakeModel<double> make_double;
};
const Kind kKinds[] = {
    {"least_squares", make_least_squares<float>, make_least_squares<double>},
    {"logistic", make_logistic<float>, make_logistic<double>},
    {"softmax", make_softmax<float>, make_softmax<double>},
    {"mlp", make_mlp<float>, make_mlp<double>},
    {"cnn", make_cnn<float>, make_cnn<double>},
};

}  // namespace

const std::string& twin_kinds() {
  static const std::string names = [] {
    std::string all;
    for (const Kind& entry : kKinds) all += (all.empty() ? "" : " ") + std::string(entry.name);
    return all;
  }();
  return names;
}

std::unique_ptr<Twin> make_twin(const char* kind, const starling_objective_request& request) {
  for (const Kind& entry : kKinds) {
    if (entry.name != kind) continue;
    if (request.precision == STARLING_FLOAT32)
      return std::make_unique<TwinOf<float>>(kind, request, entry.make_float);
    return std::make_unique<TwinOf<double>>(kind, request, entry.make_double);
  }
  throw ObjectiveError(std::string(kind) +
                       " has no twin on a device; those that have: " + twin_kinds());
}

}  // namespace starling::cuda
