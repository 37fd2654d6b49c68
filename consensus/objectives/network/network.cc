#include "consensus/objectives/network/network.h"

#include <algorithm>

#include "consensus/objectives/network/stages.h"

namespace starling {
namespace {

std::unique_ptr<Stage> make_stage(const StagePlan& plan) {
  using Kind = StagePlan::Kind;
  switch (plan.kind) {
    case Kind::dense:
      return make_dense(plan.input, plan.units, plan.gain);
    case Kind::convolution:
      return make_convolution(plan.input, plan.units, plan.side, plan.gain);
    case Kind::max:
      return make_pool(plan.input, plan.side, Pooling::max);
    case Kind::average:
      return make_pool(plan.input, plan.side, Pooling::average);
    case Kind::normalisation:
      return make_normalisation(plan.input, plan.gossip);
    case Kind::activation:
      break;
  }
  return make_activation(plan.input, *plan.activation, plan.dropout);
}

}  // namespace

Network::Network(const Plan& plan) : out_(plan.size()) {
  const std::vector<Extent> begins = places(plan);
  for (std::size_t k = 0; k < plan.size(); ++k) {
    stages_.push_back({make_stage(plan[k]), plan[k].extent().parameters > 0});
    stages_[k].stage->place(begins[k]);
  }
  end_ = begins.back();
}

void Network::start(std::uint64_t seed, double* x) const {
  std::uint32_t number = 0;
  for (const Built& built : stages_) {
    if (!built.starts) continue;
    RandomStream stream(seed, Purpose::initial, number++);
    built.stage->start(stream, x);
  }
}

bool Network::gathers() const {
  return std::any_of(stages_.begin(), stages_.end(),
                     [](const Built& built) { return built.stage->gathers(); });
}

void Network::begin_gathering() {
  for (const Built& built : stages_) built.stage->begin_gathering();
}

const double* Network::in(std::size_t stage) const {
  return stage == 0 ? rows_ : out_[stage - 1].data();
}

Stage::Values& Network::forward(const Pass& pass, const double* x, const double* rows) {
  rows_ = rows;
  for (std::size_t k = 0; k < stages_.size(); ++k)
    stages_[k].stage->forward(pass, x, in(k), out_[k]);
  return out_.back();
}

void Network::backward(const Pass& pass, const double* x, double* gradient) {
  slope_.swap(out_.back());
  for (std::size_t k = stages_.size(); k-- > 0;) {
    stages_[k].stage->backward(pass, x, in(k), slope_, k > 0 ? &below_ : nullptr, gradient);
    slope_.swap(below_);
  }
}

}  // namespace starling
