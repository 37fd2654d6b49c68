#include <algorithm>
#include <cmath>
#include <limits>

#include "consensus/kernels/product.h"
#include "consensus/objectives/keys.h"
#include "consensus/objectives/network.h"
#include "consensus/objectives/row_objective.h"
#include "topology/random.h"

namespace starling {
namespace {

constexpr std::uint64_t kBlock = 256;  // rows that go through the network together

// A multilayer perceptron that tells C classes apart.
//
//   A_0 = rows,  Z_l = A_{l-1} W_l + b_l,  A_l = activation(Z_l),  Z the last of the Z_l
//   f_i(x) = 1/m sum_s loss(z_s, label_s) + l2/2 |x|^2
//   loss   = cross entropy of softmax(z), or |z - e_label|^2 / 2 (mse)
//
// A mini-batch drops each hidden unit of each row with probability p and multiplies the others by
// 1 / (1 - p), by a stream of (seed, node, step); the full gradient drops nothing.
//
// Shapes    x: for each layer W (inputs x outputs, row by row), then b.
// Constants none are known, so L is infinite: a step size has to be given, and no gradient norm can
//           be certified.
class Mlp final : public RowObjective {
 public:
  explicit Mlp(const starling_objective_request& request)
      : RowObjective(request, "mlp"),
        keys_("mlp", "l2 dropout seed hidden activation loss", request.config),
        l2_(keys_.number("l2", 0, 0, 1e6)),
        dropout_(keys_.number("dropout", 0, 0, 0.99)),
        seed_(keys_.integer("seed", 1, 0, std::numeric_limits<std::uint64_t>::max())),
        node_(request.node),
        squared_(keys_.word("loss", "cross_entropy", "cross_entropy mse") == "mse"),
        activation_(find_activation(keys_.word("activation", "relu"))),
        layers_(layers_of(keys_.word("hidden", "64"), rows_.columns(), rows_.classes())) {
    require_classes(rows_, "mlp");
  }

  std::uint64_t dimension() const override {
    return layers_.back().biases + layers_.back().outputs;
  }
  Constants constants() override { return {std::numeric_limits<double>::infinity(), 0}; }
  void initial(double* x) override { start_of(layers_, activation_, seed_, x); }

  double stochastic_gradient(const double* x, std::uint64_t seed, std::uint64_t step,
                             std::uint64_t batch, double* gradient) override {
    dropping_.reset();  // of a batch that failed
    if (dropout_ > 0)
      dropping_.emplace(seed, Purpose::dropout, node_, static_cast<std::uint32_t>(step));
    const double value = RowObjective::stochastic_gradient(x, seed, step, batch, gradient);
    dropping_.reset();
    return value;
  }

  // The class of the highest output; the first of equals.
  std::uint64_t correct(const double* x, const starling_data& data) override {
    const DataRows rows(&data, "mlp");
    if (rows.columns() != rows_.columns())
      throw ObjectiveError("mlp: the rows to predict have other columns");
    std::uint64_t correct = 0;
    for_blocks({nullptr, rows.count()}, [&](const Batch& block, std::uint64_t first) {
      forward(rows, block, first, x);
      for (std::uint64_t k = 0; k < count_; ++k) {
        const double* z = outputs_.back().data() + k * rows_.classes();
        const auto best = std::max_element(z, z + rows_.classes()) - z;
        correct += static_cast<double>(best) == rows.label(block.row(first + k));
      }
    });
    return correct;
  }

 private:
  double gradient_over(const Batch& batch, const double* x, double* gradient) override {
    if (gradient) std::fill_n(gradient, dimension(), 0.0);
    double sum = 0;
    for_blocks(batch, [&](const Batch& block, std::uint64_t first) {
      forward(rows_, block, first, x);
      sum += losses(block, first, 1 / static_cast<double>(batch.size));
      if (gradient) backward(x, gradient);
    });
    if (gradient) add_scaled(gradient, l2_, x, dimension());
    return sum / static_cast<double>(batch.size) + l2_ / 2 * dot_in_order(x, x, dimension());
  }

  template <class Visit>
  void for_blocks(const Batch& batch, Visit visit) {
    for (std::uint64_t first = 0; first < batch.size; first += kBlock) {
      count_ = std::min(kBlock, batch.size - first);
      visit(batch, first);
    }
  }

  // features_ = A_0, inputs_[l] = A_l, outputs_[l] = Z_{l+1}, kept_[l]: what dropout made of A_l.
  void forward(const DataRows& rows, const Batch& batch, std::uint64_t first, const double* x) {
    inputs_.resize(layers_.size());
    outputs_.resize(layers_.size());
    kept_.resize(layers_.size());
    features_ = features(rows, batch, first);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      auto& z = outputs_[l];
      z.resize(count_ * layer.outputs);
      for (std::uint64_t k = 0; k < count_; ++k)
        std::copy_n(x + layer.biases, layer.outputs,
                    z.begin() + static_cast<std::ptrdiff_t>(k * layer.outputs));
      add_product(input(l), {x + layer.weights, layer.inputs, layer.outputs}, Transposed::none,
                  z.data());
      if (l + 1 < layers_.size()) activate(l);
    }
  }

  // The block's rows: where they stand, if dense and one after the other, else copied.
  const double* features(const DataRows& rows, const Batch& batch, std::uint64_t first) {
    if (!rows.sparse() && !batch.rows) return rows.values(first);
    inputs_[0].resize(count_ * rows.columns());
    for (std::uint64_t k = 0; k < count_; ++k) {
      double* to = inputs_[0].data() + k * rows.columns();
      const std::uint64_t row = batch.row(first + k);
      if (rows.sparse()) {
        std::fill_n(to, rows.columns(), 0.0);
        rows.for_each(row, [&](std::uint64_t column, double value) { to[column] = value; });
      } else {
        std::copy_n(rows.values(row), rows.columns(), to);
      }
    }
    return inputs_[0].data();
  }
  MatrixView input(std::size_t l) const {
    return {l == 0 ? features_ : inputs_[l].data(), count_, layers_[l].inputs};
  }

  void activate(std::size_t l) {
    const auto& z = outputs_[l];
    auto& a = inputs_[l + 1];
    a.resize(z.size());
    activation_.values(z.data(), z.size(), a.data());
    if (!dropping_) return;
    auto& kept = kept_[l + 1];
    kept.resize(z.size());
    for (std::size_t k = 0; k < z.size(); ++k) {
      kept[k] = dropping_->uniform() < dropout_ ? 0 : 1 / (1 - dropout_);
      a[k] *= kept[k];
    }
  }

  // Their sum; outputs_.back() becomes its slope times `share`.
  double losses(const Batch& batch, std::uint64_t first, double share) {
    const std::uint64_t classes = rows_.classes();
    double sum = 0;
    for (std::uint64_t k = 0; k < count_; ++k) {
      double* z = outputs_.back().data() + k * classes;
      const auto label = static_cast<std::uint64_t>(rows_.label(batch.row(first + k)));
      sum += squared_ ? squared_loss(z, classes, label) : cross_entropy(z, classes, label);
      for (std::uint64_t c = 0; c < classes; ++c) z[c] *= share;
    }
    return sum;
  }

  static double squared_loss(double* z, std::uint64_t classes, std::uint64_t label) {
    z[label] -= 1;
    return dot_in_order(z, z, classes) / 2;
  }

  static double cross_entropy(double* z, std::uint64_t classes, std::uint64_t label) {
    const double own = z[label], highest = *std::max_element(z, z + classes);
    double total = 0;
    for (std::uint64_t c = 0; c < classes; ++c) total += z[c] = std::exp(z[c] - highest);
    for (std::uint64_t c = 0; c < classes; ++c) z[c] /= total;
    z[label] -= 1;
    return std::log(total) + (highest - own);
  }

  // outputs_[l] holds the slope along Z_l of the layer behind it; gradient += that of the block.
  void backward(const double* x, double* gradient) {
    for (std::size_t l = layers_.size(); l-- > 0;) {
      const Layer& layer = layers_[l];
      const auto& slope = outputs_[l];
      add_product(input(l), {slope.data(), count_, layer.outputs}, Transposed::left,
                  gradient + layer.weights);
      for (std::uint64_t k = 0; k < count_; ++k)
        add_scaled(gradient + layer.biases, 1, slope.data() + k * layer.outputs, layer.outputs);
      if (l == 0) return;
      auto& below = inputs_[l];  // A_l is not needed any more: it takes the slope along it
      std::fill(below.begin(), below.end(), 0.0);
      add_product({slope.data(), count_, layer.outputs},
                  {x + layer.weights, layer.inputs, layer.outputs}, Transposed::right,
                  below.data());
      auto& z = outputs_[l - 1];
      activation_.times_slopes(z.data(), z.size(), below.data());
      if (dropping_)
        for (std::size_t k = 0; k < z.size(); ++k) below[k] *= kept_[l][k];
      z.swap(below);
    }
  }

  const ObjectiveKeys keys_;
  const double l2_, dropout_;
  const std::uint64_t seed_;
  const std::uint32_t node_;
  const bool squared_;
  const Activation& activation_;
  const std::vector<Layer> layers_;
  std::optional<RandomStream> dropping_;
  std::uint64_t count_ = 0;  // rows of the block under way
  const double* features_ = nullptr;
  std::vector<std::vector<double>> inputs_, outputs_, kept_;
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_mlp(const starling_objective_request& request) {
  return std::make_unique<Mlp>(request);
}

}  // namespace starling
