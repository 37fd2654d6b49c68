#include <charconv>
#include <cmath>
#include <string_view>

#include "consensus/objectives/network/layers.h"
#include "consensus/objectives/network/stages.h"
#include "consensus/objectives/network_objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostUnits = 100'000, kMostKernel = 99, kMostStages = 64;

// A convolutional network: the stages of `layers`, then one unit a class. Each convolution and each
// dense layer is followed by batch normalisation, if configured, and the activation; dropout is of
// the dense layers' units.
//
// Shapes    a row is an image: height x width pixels, row by row, the channels of a pixel side by
//           side. x: stage by stage as in network/stages.h, statistics last.
class Building {
 public:
  Building(const ObjectiveKeys& keys, const DataRows& rows)
      : layers_(keys.word("layers", "convolution:8:3,max:2,convolution:16:3,max:2,dense:64")),
        activation_(find_activation(keys.word("activation", "relu"))),
        dropout_(keys.number("dropout", 0, 0, 0.99)),
        normalisation_(keys.word("normalisation", "none", "none local gossip")),
        input_(shape_of(keys, rows.columns())) {}

  Network network(std::uint64_t classes) {
    if (layers_.empty() || layers_.back() == ',') refuse();
    for (std::string_view rest = layers_; !rest.empty();) {
      const auto end = std::min(rest.find(','), rest.size());
      add(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    stages_.push_back(make_dense(shape(), classes, activation_.gain));
    return Network(std::move(stages_));
  }

 private:
  // Unset height and width are those of a square image.
  static Shape shape_of(const ObjectiveKeys& keys, std::uint64_t columns) {
    const std::uint64_t channels = keys.integer("channels", 1, 1, 1'000'000);
    const auto side =
        static_cast<std::uint64_t>(std::sqrt(static_cast<double>(columns / channels)));
    const Shape shape{keys.integer("height", side, 1, 1'000'000),
                      keys.integer("width", side, 1, 1'000'000), channels};
    if (shape.values() != columns)
      throw ObjectiveError("objective.height = " + std::to_string(shape.height) +
                           ", objective.width = " + std::to_string(shape.width) +
                           ", objective.channels = " + std::to_string(channels) +
                           ": must multiply to the " + std::to_string(columns) +
                           " columns of the data");
    return shape;
  }

  [[noreturn]] void refuse() const {
    throw ObjectiveError("objective.layers = " + layers_ + ": must be up to " +
                         std::to_string(kMostStages) +
                         " of convolution:UNITS:KERNEL (kernel odd), max:SIDE, average:SIDE (at "
                         "most the image left) and dense:UNITS between commas, dense last");
  }

  Shape shape() const { return stages_.empty() ? input_ : stages_.back()->output(); }

  void add(std::string_view layer) {
    const std::string_view kind = layer.substr(0, layer.find(':'));
    layer.remove_prefix(std::min(kind.size() + 1, layer.size()));
    if (++count_ > kMostStages) refuse();
    if (kind == "dense") {
      stages_.push_back(make_dense(shape(), number(layer, kMostUnits), activation_.gain));
      flat_ = true;
      return add_activation(dropout_);
    }
    if (flat_) refuse();
    if (kind == "convolution") {
      const std::string_view units = layer.substr(0, layer.find(':'));
      layer.remove_prefix(std::min(units.size() + 1, layer.size()));
      const std::uint64_t kernel = number(layer, kMostKernel);
      if (kernel % 2 == 0) refuse();
      stages_.push_back(
          make_convolution(shape(), number(units, kMostUnits), kernel, activation_.gain));
      return add_activation(0);
    }
    if (kind != "max" && kind != "average") refuse();
    stages_.push_back(make_pool(shape(), number(layer, std::min(shape().height, shape().width)),
                                kind == "max" ? Pooling::max : Pooling::average));
  }

  void add_activation(double dropout) {
    if (normalisation_ != "none")
      stages_.push_back(make_normalisation(shape(), normalisation_ == "gossip"));
    stages_.push_back(make_activation(shape(), activation_, dropout));
  }

  std::uint64_t number(std::string_view text, std::uint64_t most) const {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || after != end || value < 1 || value > most) refuse();
    return value;
  }

  const std::string layers_;
  const Activation& activation_;
  const double dropout_;
  const std::string normalisation_;
  const Shape input_;
  Network::Stages stages_;
  std::uint64_t count_ = 0;
  bool flat_ = false;  // a dense layer's units are no image
};

constexpr NetworkKind kCnn = {
    "cnn", "l2 dropout seed height width channels layers activation loss normalisation", 64,
    [](const ObjectiveKeys& keys, const DataRows& rows) {
      return Building(keys, rows).network(rows.classes());
    }};

}  // namespace

std::unique_ptr<BuiltinObjective> make_cnn(const starling_objective_request& request) {
  return std::make_unique<NetworkObjective>(request, kCnn);
}

}  // namespace starling
