#include <algorithm>

#include "consensus/objectives/network/stages.h"

namespace starling {
namespace {

class Pool final : public Stage {
 public:
  Pool(Shape input, std::uint64_t side, Pooling pooling)
      : input_(input),
        output_{input.height / side, input.width / side, input.channels},
        side_(side),
        pooling_(pooling) {}

  void forward(const Pass& pass, const double*, const double* in, Values& out) override {
    out.resize(pass.rows * output_.values());
    if (pooling_ == Pooling::max) highest_.resize(out.size());
    const double area = static_cast<double>(side_ * side_);
    for_squares(pass.rows, [&](std::uint64_t to, std::uint64_t corner) {
      std::uint64_t best = corner;
      double sum = 0;
      for_square(corner, [&](std::uint64_t from) {
        sum += in[from];
        if (in[from] > in[best]) best = from;
      });
      out[to] = pooling_ == Pooling::max ? in[best] : sum / area;
      if (pooling_ == Pooling::max) highest_[to] = best;
    });
  }

  void backward(const Pass& pass, const double*, const double*, const Values& slope, Values* below,
                double*) override {
    if (!below) return;
    below->assign(pass.rows * input_.values(), 0.0);
    const double area = static_cast<double>(side_ * side_);
    for_squares(pass.rows, [&](std::uint64_t to, std::uint64_t corner) {
      if (pooling_ == Pooling::max)
        (*below)[highest_[to]] += slope[to];
      else
        for_square(corner, [&](std::uint64_t from) { (*below)[from] = slope[to] / area; });
    });
  }

 private:
  // visit(index in out, index in `in` of its square's first pixel)
  template <class Visit>
  void for_squares(std::uint64_t rows, Visit visit) const {
    std::uint64_t to = 0;
    for (std::uint64_t row = 0; row < rows; ++row)
      for (std::uint64_t i = 0; i < output_.height; ++i)
        for (std::uint64_t j = 0; j < output_.width; ++j)
          for (std::uint64_t channel = 0; channel < input_.channels; ++channel) {
            const std::uint64_t pixel = i * side_ * input_.width + j * side_;
            visit(to++, row * input_.values() + pixel * input_.channels + channel);
          }
  }
  template <class Visit>
  void for_square(std::uint64_t corner, Visit visit) const {
    for (std::uint64_t i = 0; i < side_; ++i)
      for (std::uint64_t j = 0; j < side_; ++j)
        visit(corner + (i * input_.width + j) * input_.channels);
  }

  const Shape input_, output_;
  const std::uint64_t side_;
  const Pooling pooling_;
  std::vector<std::uint64_t> highest_;  // of each in out: where in `in` it came from
};

}  // namespace

std::unique_ptr<Stage> make_pool(Shape input, std::uint64_t side, Pooling pooling) {
  return std::make_unique<Pool>(input, side, pooling);
}

}  // namespace starling
