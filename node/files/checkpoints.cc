#include "node/files/checkpoints.h"

#include <algorithm>

namespace starling {

void Checkpoints::holds(std::vector<HeldSnapshot> found) {
  held_ = std::move(found);
  std::sort(held_.begin(), held_.end());
}

void Checkpoints::write(const Snapshot& snapshot, std::uint64_t view, std::size_t keep) {
  store(snapshot, view);
  std::erase_if(held_, [&](const HeldSnapshot& h) { return h.step == snapshot.step; });
  held_.push_back({snapshot.step, view});
  for (; held_.size() > keep; held_.erase(held_.begin())) remove(held_.front().step);
}

void Checkpoints::forget_after(std::uint64_t step) {
  std::erase_if(held_, [&](const HeldSnapshot& h) {
    if (h.step > step) remove(h.step);
    return h.step > step;
  });
}

void Checkpoints::forget_all() {
  for (const HeldSnapshot& h : held_) remove(h.step);
  held_.clear();
}

}  // namespace starling
