#include "node/links/model_transfer.h"

namespace starling {

namespace {
constexpr std::size_t kPart = 128 * 1024;
constexpr Instant kFresh = std::chrono::seconds(10);    // a copy serves all who ask this long
constexpr Instant kAskAgain = std::chrono::seconds(2);  // a part that does not come
constexpr std::uint64_t kMostModel = std::uint64_t{1} << 40;
}  // namespace

void ModelDonor::asked(const NetworkNews::Ask& ask, Instant now) {
  if (ask.offset == 0 && (model_.empty() || now - kept_at_ > kFresh)) wanted_ = true;
  asks_.push_back(ask);
}

void ModelDonor::keep(std::span<const std::byte> model, std::uint64_t step, Instant now) {
  model_.assign(model.begin(), model.end());
  step_ = step;
  kept_at_ = now;
  wanted_ = false;
}

void ModelDonor::serve(Network& network) {
  if (wanted_) return;
  for (const auto& ask : asks_) {
    if (ask.offset >= model_.size()) continue;
    const auto bytes = std::span<const std::byte>(model_).subspan(ask.offset);
    network.answer(ask.from,
                   {step_, ask.offset, model_.size(), bytes.first(std::min(kPart, bytes.size()))});
  }
  asks_.clear();
}

void ModelFetch::begin(NodeId donor, Network& network, Instant now) {
  donor_ = donor;
  model_.clear();
  asked_at_ = now;
  network.ask(donor, 0);
}

void ModelFetch::look(Network& network, Instant now) {
  const auto lowest = network.donor();
  if (whole_ || !lowest) return;
  if (!donor_ || !network.joins_at(*donor_)) return begin(*lowest, network, now);
  if (now - asked_at_ < kAskAgain) return;
  asked_at_ = now;
  network.ask(*donor_, model_.size());
}

void ModelFetch::take(const NetworkNews::Part& part, Network& network, Instant now) {
  if (whole_ || donor_ != part.from || part.total > kMostModel) return;
  if (part.offset == 0) {
    model_.clear();
    step_ = part.step;
  }
  if (part.step != step_) return begin(part.from, network, now);
  if (part.offset != model_.size()) return;
  model_.insert(model_.end(), part.bytes.begin(), part.bytes.end());
  asked_at_ = now;
  whole_ = model_.size() == part.total;
  if (!whole_) network.ask(part.from, model_.size());
}

}  // namespace starling
