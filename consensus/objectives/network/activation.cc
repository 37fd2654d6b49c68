#include "consensus/objectives/network/stages.h"

namespace starling {
namespace {

class Activate final : public Stage {
 public:
  Activate(Shape input, const Activation& activation, double dropout)
      : shape_(input), activation_(activation), dropout_(dropout) {}

  void forward(const Pass& pass, const double*, const double* in, Values& out) override {
    out.resize(pass.rows * shape_.values());
    activation_.values(in, out.size(), out.data());
    if (!drops(pass)) return;
    kept_.resize(out.size());
    for (std::size_t k = 0; k < out.size(); ++k) {
      kept_[k] = pass.dropping->uniform() < dropout_ ? 0 : 1 / (1 - dropout_);
      out[k] *= kept_[k];
    }
  }

  void backward(const Pass& pass, const double*, const double* in, const Values& slope,
                Values* below, double*) override {
    *below = slope;
    activation_.times_slopes(in, below->size(), below->data());
    if (!drops(pass)) return;
    for (std::size_t k = 0; k < below->size(); ++k) (*below)[k] *= kept_[k];
  }

 private:
  bool drops(const Pass& pass) const { return pass.dropping && dropout_ > 0; }

  const Shape shape_;
  const Activation& activation_;
  const double dropout_;
  Values kept_;
};

}  // namespace

std::unique_ptr<Stage> make_activation(Shape input, const Activation& activation, double dropout) {
  return std::make_unique<Activate>(input, activation, dropout);
}

}  // namespace starling
