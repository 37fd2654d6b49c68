#include "cuda/model.h"

namespace starling::cuda {
namespace {

// More keep a device busy while the host makes its calls, and would be a long recording.
constexpr std::size_t kRecordedRows = 16384;

}  // namespace

template <class Real>
Model<Real>::Model(Device& device, const starling_data& data, double l2)
    : device_(device),
      rows_(device, data),
      l2_(l2),
      losses_(device),
      partial_(device),
      sums_(device) {
  sums_.reserve(2);
}

template <class Real>
void Model<Real>::gradient(const BatchView& batch, std::optional<Draw> draw, const Real* x,
                           Real* gradient) {
  size_ = batch.size;
  const auto all = [&] {
    queue(batch, draw, x, gradient, losses_.reserve(batch.size));
    partial_.reserve(std::max(partial_sums(batch.size), partial_sums(parameters())));
    sum(device_.stream(), losses_.data(), batch.size, partial_.data(), sums_.data());
    sum_of_squares(device_.stream(), x, parameters(), partial_.data(), sums_.data() + 1);
  };
  if (!batch.rows && !draw && batch.size <= kRecordedRows)
    device_.repeat(all);
  else
    all();
}

template <class Real>
double Model<Real>::value() {
  double sums[2];
  device_.download(sums, sums_.data(), sizeof sums);
  return sums[0] / static_cast<double>(size_) + l2_ / 2 * sums[1];
}

template class Model<float>;
template class Model<double>;

}  // namespace starling::cuda
