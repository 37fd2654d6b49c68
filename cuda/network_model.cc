// The networks of consensus/objectives/mlp.cc and cnn.cc, built of the same plans.

#include <algorithm>

#include "consensus/objectives/network_objective.h"
#include "cuda/model.h"
#include "cuda/network/stage.h"

namespace starling::cuda {
namespace {

using Kind = StagePlan::Kind;

// Rows that go through a network together where blocks mean nothing: as many as leave no stage more
// than kMostValues.
constexpr std::size_t kMostRows = 4096, kMostValues = std::size_t{1} << 26;

// Of one row, in the widest stage.
std::size_t most_values(const Plan& plan) {
  std::size_t most = 1;
  for (const StagePlan& stage : plan) {
    most = std::max({most, stage.input.values(), stage.output().values()});
    if (stage.kind == Kind::convolution)
      most = std::max(most, stage.input.pixels() * stage.inputs());
  }
  return most;
}

template <class Real>
class NetworkModel final : public Model<Real> {
 public:
  NetworkModel(Device& device, const starling_objective_request& request, const NetworkKind& kind)
      : NetworkModel(device, request, kind, ObjectiveKeys(kind.name, kind.keys, request.config)) {}

  std::size_t dimension() const override { return end_.statistics; }
  std::size_t parameters() const override { return end_.parameters; }

 private:
  NetworkModel(Device& device, const starling_objective_request& request, const NetworkKind& kind,
               const ObjectiveKeys& keys)
      : Model<Real>(device, *request.data, keys.number("l2", 0, 0, 1e6)),
        node_(request.node),
        classes_(request.data->classes),
        loss_(keys.word("loss", "cross_entropy") == "mse" ? ClassLoss::squared
                                                          : ClassLoss::cross_entropy),
        rows_(device) {
    const Plan plan = kind.plan(keys, request.data->columns, classes_);
    build(device, plan);
    bool by_block = false;
    for (const StagePlan& stage : plan) {
      by_block = by_block || stage.kind == Kind::normalisation;
      drops_ = drops_ || stage.dropout > 0;
    }
    block_dropping_ = kind.block;
    block_ = by_block
                 ? kind.block
                 : std::clamp<std::size_t>(kMostValues / most_values(plan), kind.block, kMostRows);
  }

  // What follows weights takes their bias along.
  void build(Device& device, const Plan& plan) {
    const std::vector<Extent> begins = places(plan);
    end_ = begins.back();
    for (std::size_t k = 0; k < plan.size(); ++k) {
      const StagePlan& stage = plan[k];
      const StagePlan* const next = k + 1 < plan.size() ? &plan[k + 1] : nullptr;
      const bool activated = next && next->kind == Kind::activation;
      switch (stage.kind) {
        case Kind::dense:
        case Kind::convolution: {
          const std::uint64_t bias = begins[k].parameters + stage.inputs() * stage.units;
          stages_.push_back(make_product<Real>(device, stage, begins[k]));
          stages_.push_back(
              make_biased<Real>(device, stage.output(), &bias, activated ? next : nullptr));
          k += activated;
          break;
        }
        case Kind::max:
        case Kind::average:
          stages_.push_back(make_pool<Real>(device, stage));
          break;
        case Kind::normalisation:
          stages_.push_back(make_normalisation<Real>(device, stage, begins[k]));
          break;
        case Kind::activation:
          stages_.push_back(make_biased<Real>(device, stage.input, nullptr, &stage));
      }
    }
    values_.resize(stages_.size() + 1);
  }

  void queue(const BatchView& batch, std::optional<Draw> draw, const Real* x, Real* gradient,
             double* losses) override {
    std::optional<RandomStream> dropping;
    if (draw && drops_)
      dropping.emplace(draw->seed, Purpose::dropout, node_, static_cast<std::uint32_t>(draw->step));
    const std::size_t block = dropping ? block_dropping_ : block_;
    const double share = 1 / static_cast<double>(batch.size);
    this->device_.clear(gradient, dimension() * sizeof(Real));
    for (std::size_t first = 0; first < batch.size; first += block) {
      const Pass pass{std::min(block, batch.size - first), share, dropping ? &*dropping : nullptr};
      forward(pass, batch, first, x);
      class_losses(this->device_.stream(), loss_, this->rows().view(), batch, first, pass.rows,
                   classes_, static_cast<Real>(share), values_.back(), losses);
      for (std::size_t k = stages_.size(); k-- > 0;)
        stages_[k]->backward(pass, x, values_[k], values_[k + 1], k > 0, gradient);
    }
    if (this->l2_ > 0)
      add_scaled(this->device_.stream(), parameters(), static_cast<Real>(this->l2_), x, gradient);
  }

  // values_[k]: what stage k sees.
  void forward(const Pass& pass, const BatchView& batch, std::size_t first, const Real* x) {
    const RowsView<Real>& rows = this->rows().view();
    values_[0] = rows_.reserve(pass.rows * rows.columns);
    gather_rows(this->device_.stream(), rows, batch, first, pass.rows, values_[0]);
    for (std::size_t k = 0; k < stages_.size(); ++k)
      values_[k + 1] = stages_[k]->forward(pass, x, values_[k]);
  }

  const std::uint32_t node_;
  const std::size_t classes_;
  const ClassLoss loss_;
  bool drops_ = false;
  std::size_t block_ = 0, block_dropping_ = 0;
  std::vector<std::unique_ptr<Stage<Real>>> stages_;
  Extent end_;
  Buffer<Real> rows_;
  std::vector<Real*> values_;
};

}  // namespace

template <class Real>
std::unique_ptr<Model<Real>> make_mlp(Device& device, const starling_objective_request& request) {
  return std::make_unique<NetworkModel<Real>>(device, request, kMlp);
}
template <class Real>
std::unique_ptr<Model<Real>> make_cnn(Device& device, const starling_objective_request& request) {
  return std::make_unique<NetworkModel<Real>>(device, request, kCnn);
}

template std::unique_ptr<Model<float>> make_mlp(Device&, const starling_objective_request&);
template std::unique_ptr<Model<double>> make_mlp(Device&, const starling_objective_request&);
template std::unique_ptr<Model<float>> make_cnn(Device&, const starling_objective_request&);
template std::unique_ptr<Model<double>> make_cnn(Device&, const starling_objective_request&);

}  // namespace starling::cuda
