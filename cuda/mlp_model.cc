// The multilayer perceptron of consensus/objectives/mlp.cc, which has the equations.

#include <algorithm>

#include "consensus/objectives/keys.h"
#include "consensus/objectives/network/layers.h"
#include "cuda/model.h"
#include "topology/random.h"

namespace starling::cuda {
namespace {

constexpr std::size_t kBlock = 4096;  // rows that go through the network together, undropped

ActivationKind activation_of(const std::string& name) {
  if (name == "tanh") return ActivationKind::tanh;
  return name == "gelu" ? ActivationKind::gelu : ActivationKind::relu;
}

// Shapes    as in mlp.cc, row by row; BLAS, which counts column by column, sees each transposed:
//           Z = A W is Z^T (outputs x rows) = W^T A^T.
template <class Real>
class Mlp final : public Model<Real> {
 public:
  Mlp(Device& device, const starling_objective_request& request, const ObjectiveKeys& keys)
      : Model<Real>(device, *request.data, keys.number("l2", 0, 0, 1e6)),
        dropout_(keys.number("dropout", 0, 0, 0.99)),
        node_(request.node),
        loss_(keys.word("loss", "cross_entropy") == "mse" ? ClassLoss::squared
                                                          : ClassLoss::cross_entropy),
        activation_(activation_of(keys.word("activation", "relu"))),
        layers_(layers_of(keys.word("hidden", "64"), request.data->columns, request.data->classes)),
        ones_(device) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      inputs_.push_back(std::make_unique<Buffer<Real>>(device));
      outputs_.push_back(std::make_unique<Buffer<Real>>(device));
      masks_.push_back(std::make_unique<Buffer<Real>>(device));
    }
  }
  std::size_t dimension() const override { return layers_.back().biases + layers_.back().outputs; }

 private:
  void queue(const BatchView& batch, std::optional<Draw> draw, const Real* x, Real* gradient,
             double* losses) override {
    dropping_.reset();
    if (draw && dropout_ > 0)
      dropping_.emplace(draw->seed, Purpose::dropout, node_,
                        static_cast<std::uint32_t>(draw->step));
    const std::size_t block = dropping_ ? kNetworkBlock : kBlock;
    const Stream stream = this->device_.stream();
    const Real share = static_cast<Real>(1 / static_cast<double>(batch.size));
    const std::size_t classes = layers_.back().outputs;
    this->device_.clear(gradient, dimension() * sizeof(Real));
    reserve(std::min(block, batch.size));
    for (std::size_t first = 0; first < batch.size; first += block) {
      const std::size_t count = std::min(block, batch.size - first);
      gather_rows(stream, this->rows_.view(), batch, first, count, inputs_[0]->data());
      forward(count, x);
      class_losses(stream, loss_, this->rows_.view(), batch, first, count, classes, share,
                   outputs_.back()->data(), losses);
      backward(count, x, gradient);
    }
    if (this->l2_ > 0) add_scaled(stream, dimension(), static_cast<Real>(this->l2_), x, gradient);
  }

  void reserve(std::size_t rows) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      inputs_[l]->reserve(rows * layers_[l].inputs);
      outputs_[l]->reserve(rows * layers_[l].outputs);
    }
    fill(this->device_.stream(), rows, Real(1), ones_.reserve(rows));
  }

  // inputs_[l] = A_l, outputs_[l] = Z_{l+1}
  void forward(std::size_t count, const Real* x) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      Real* z = outputs_[l]->data();
      this->device_.multiply(Transpose::no, Transpose::no, layer.outputs, count, layer.inputs,
                             x + layer.weights, layer.outputs, inputs_[l]->data(), layer.inputs,
                             Real(0), z, layer.outputs);
      Real* a = l + 1 < layers_.size() ? inputs_[l + 1]->data() : nullptr;
      add_bias(this->device_.stream(), activation_, count, layer.outputs, x + layer.biases, z, a);
      if (dropping_ && a) drop(l + 1, count * layer.outputs);
    }
  }

  // masks_[l]: what dropout makes of A_l, drawn on the host in the order of mlp.cc.
  void drop(std::size_t l, std::size_t size) {
    drawn_.resize(size);
    for (Real& kept : drawn_)
      kept = dropping_->uniform() < dropout_ ? Real(0) : static_cast<Real>(1 / (1 - dropout_));
    scale_by(this->device_.stream(), size, masks_[l]->assign(drawn_.data(), size),
             inputs_[l]->data());
  }

  // outputs_[l] holds the slope along Z_{l+1} of what comes after it; gradient += the block's.
  void backward(std::size_t count, const Real* x, Real* gradient) {
    Device& device = this->device_;
    for (std::size_t l = layers_.size(); l-- > 0;) {
      const Layer& layer = layers_[l];
      const Real* slope = outputs_[l]->data();
      device.multiply(Transpose::no, Transpose::yes, layer.outputs, layer.inputs, count, slope,
                      layer.outputs, inputs_[l]->data(), layer.inputs, Real(1),
                      gradient + layer.weights, layer.outputs);
      device.multiply(Transpose::no, Transpose::no, layer.outputs, 1, count, slope, layer.outputs,
                      ones_.data(), count, Real(1), gradient + layer.biases, layer.outputs);
      if (l == 0) return;
      Real* below = inputs_[l]->data();  // A_l is not needed any more: it takes the slope along it
      device.multiply(Transpose::yes, Transpose::no, layer.inputs, count, layer.outputs,
                      x + layer.weights, layer.outputs, slope, layer.outputs, Real(0), below,
                      layer.inputs);
      if (dropping_) scale_by(device.stream(), count * layer.inputs, masks_[l]->data(), below);
      activation_slopes(device.stream(), activation_, count * layer.inputs, below,
                        outputs_[l - 1]->data());
    }
  }

  const double dropout_;
  const std::uint32_t node_;
  const ClassLoss loss_;
  const ActivationKind activation_;
  const std::vector<Layer> layers_;
  std::vector<std::unique_ptr<Buffer<Real>>> inputs_, outputs_, masks_;
  std::vector<Real> drawn_;
  std::optional<RandomStream> dropping_;
  Buffer<Real> ones_;
};

}  // namespace

template <class Real>
std::unique_ptr<Model<Real>> make_mlp(Device& device, const starling_objective_request& request) {
  return std::make_unique<Mlp<Real>>(
      device, request,
      ObjectiveKeys("mlp", "l2 dropout seed hidden activation loss", request.config));
}

template std::unique_ptr<Model<float>> make_mlp(Device&, const starling_objective_request&);
template std::unique_ptr<Model<double>> make_mlp(Device&, const starling_objective_request&);

}  // namespace starling::cuda
