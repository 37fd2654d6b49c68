#include "consensus/objectives/network/network.h"

#include <algorithm>

#include "consensus/objectives/objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostParameters = std::uint64_t{1} << 32;

}  // namespace

Network::Network(Stages stages) : stages_(std::move(stages)), out_(stages_.size()) {
  for (const auto& stage : stages_) {
    end_.parameters += stage->extent().parameters;
    if (end_.parameters > kMostParameters)
      throw ObjectiveError("objective: a network of too many parameters");
  }
  Stage::Extent at{0, end_.parameters};
  for (const auto& stage : stages_) {
    stage->place(at);
    at.parameters += stage->extent().parameters;
    at.statistics += stage->extent().statistics;
  }
  end_.statistics = at.statistics - end_.parameters;
}

void Network::start(std::uint64_t seed, double* x) const {
  std::uint32_t number = 0;
  for (const auto& stage : stages_) {
    if (stage->extent().parameters == 0) continue;
    RandomStream stream(seed, Purpose::initial, number++);
    stage->start(stream, x);
  }
}

bool Network::gathers() const {
  return std::any_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->gathers(); });
}

void Network::begin_gathering() {
  for (const auto& stage : stages_) stage->begin_gathering();
}

const double* Network::in(std::size_t stage) const {
  return stage == 0 ? rows_ : out_[stage - 1].data();
}

Stage::Values& Network::forward(const Pass& pass, const double* x, const double* rows) {
  rows_ = rows;
  for (std::size_t k = 0; k < stages_.size(); ++k) stages_[k]->forward(pass, x, in(k), out_[k]);
  return out_.back();
}

void Network::backward(const Pass& pass, const double* x, double* gradient) {
  slope_.swap(out_.back());
  for (std::size_t k = stages_.size(); k-- > 0;) {
    stages_[k]->backward(pass, x, in(k), slope_, k > 0 ? &below_ : nullptr, gradient);
    slope_.swap(below_);
  }
}

}  // namespace starling
