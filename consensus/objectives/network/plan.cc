#include "consensus/objectives/network/plan.h"

#include <string>

#include "consensus/objectives/objective.h"

namespace starling {
namespace {

constexpr std::uint64_t kMostParameters = std::uint64_t{1} << 32;

}  // namespace

Shape StagePlan::output() const {
  switch (kind) {
    case Kind::dense:
      return {1, 1, units};
    case Kind::convolution:
      return {input.height, input.width, units};
    case Kind::max:
    case Kind::average:
      return {input.height / side, input.width / side, input.channels};
    case Kind::normalisation:
    case Kind::activation:
      break;
  }
  return input;
}

std::uint64_t StagePlan::inputs() const {
  return kind == Kind::convolution ? side * side * input.channels : input.values();
}

Extent StagePlan::extent() const {
  if (kind == Kind::dense || kind == Kind::convolution) return {inputs() * units + units, 0};
  if (kind == Kind::normalisation) return {2 * input.channels, gossip ? 2 * input.channels : 0};
  return {};
}

std::vector<Extent> places(const Plan& plan) {
  std::vector<Extent> begins{{}};
  for (const StagePlan& stage : plan) {
    const Extent own = stage.extent(), at = begins.back();
    begins.push_back({at.parameters + own.parameters, at.statistics + own.statistics});
    if (begins.back().parameters > kMostParameters)
      throw ObjectiveError("objective.hidden, objective.layers: a network of more than " +
                           std::to_string(kMostParameters) + " parameters");
  }
  const std::uint64_t parameters = begins.back().parameters;
  for (Extent& begin : begins) begin.statistics += parameters;
  return begins;
}

}  // namespace starling
