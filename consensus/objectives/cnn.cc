#include <charconv>
#include <cmath>
#include <string_view>

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
  Building(const ObjectiveKeys& keys, std::uint64_t columns)
      : layers_(keys.word("layers", "convolution:8:3,max:2,convolution:16:3,max:2,dense:64")),
        activation_(find_activation(keys.word("activation", "relu"))),
        dropout_(keys.number("dropout", 0, 0, 0.99)),
        normalisation_(keys.word("normalisation", "none", "none local gossip")),
        shape_(shape_of(keys, columns)) {}

  Plan plan(std::uint64_t classes) {
    if (layers_.empty() || layers_.back() == ',') refuse();
    for (std::string_view rest = layers_; !rest.empty();) {
      const auto end = std::min(rest.find(','), rest.size());
      add_layer(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    add_weights({Kind::dense, shape_, classes});
    return std::move(plan_);
  }

 private:
  using Kind = StagePlan::Kind;

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

  void add(const StagePlan& stage) {
    plan_.push_back(stage);
    shape_ = stage.output();
  }

  void add_weights(StagePlan stage) {
    stage.gain = activation_.gain;
    add(stage);
  }

  void add_layer(std::string_view layer) {
    const std::string_view kind = layer.substr(0, layer.find(':'));
    layer.remove_prefix(std::min(kind.size() + 1, layer.size()));
    if (++count_ > kMostStages) refuse();
    if (kind == "dense") {
      add_weights({Kind::dense, shape_, number(layer, kMostUnits)});
      flat_ = true;
      return add_activation(dropout_);
    }
    if (flat_) refuse();
    if (kind == "convolution") {
      const std::string_view units = layer.substr(0, layer.find(':'));
      layer.remove_prefix(std::min(units.size() + 1, layer.size()));
      const std::uint64_t kernel = number(layer, kMostKernel);
      if (kernel % 2 == 0) refuse();
      add_weights({Kind::convolution, shape_, number(units, kMostUnits), kernel});
      return add_activation(0);
    }
    if (kind != "max" && kind != "average") refuse();
    add({kind == "max" ? Kind::max : Kind::average, shape_, 0,
         number(layer, std::min(shape_.height, shape_.width))});
  }

  void add_activation(double dropout) {
    if (normalisation_ != "none") {
      add({Kind::normalisation, shape_});
      plan_.back().gossip = normalisation_ == "gossip";
    }
    add({Kind::activation, shape_});
    plan_.back().activation = &activation_;
    plan_.back().dropout = dropout;
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
  Shape shape_;  // what the last stage makes of a row
  Plan plan_;
  std::uint64_t count_ = 0;
  bool flat_ = false;  // a dense layer's units are no image
};

}  // namespace

const NetworkKind kCnn = {
    "cnn", "l2 dropout seed height width channels layers activation loss normalisation", 64,
    [](const ObjectiveKeys& keys, std::uint64_t columns, std::uint64_t classes) {
      return Building(keys, columns).plan(classes);
    }};

std::unique_ptr<BuiltinObjective> make_cnn(const starling_objective_request& request) {
  return std::make_unique<NetworkObjective>(request, kCnn);
}

}  // namespace starling
