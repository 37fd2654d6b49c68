#include "node/files/mixing_json.h"

#include <nlohmann/json.hpp>

namespace starling {

nlohmann::ordered_json mixing_json(const MixingReport& mixing) {
  using Json = nlohmann::ordered_json;
  Json json{{"steps", mixing.steps},
            {"step_size", mixing.step_size},
            {"contraction_measured",
             mixing.contraction_measured < 0 ? Json(nullptr) : Json(mixing.contraction_measured)},
            {"contraction_promised",
             mixing.contraction_promised < 0 ? Json(nullptr) : Json(mixing.contraction_promised)}};
  json["interval"] = Json::array({mixing.interval.lambda_n, mixing.interval.lambda_2()});
  json["mismatches"] = Json::array();
  for (const Mismatch& mismatch : mixing.mismatches)
    json["mismatches"].push_back({{"step", mismatch.step}, {"what", mismatch.what}});
  if (mixing.aggregator != "none") {
    Json neighbors = Json::array();
    for (const NeighborTally& t : mixing.neighbors)
      neighbors.push_back({{"id", t.neighbor},
                           {"steps", t.steps},
                           {"refused", t.refused},
                           {"dropped", t.dropped},
                           {"clipped", t.clipped},
                           {"trimmed_coordinates", t.trimmed_coordinates}});
    json["aggregation"] = Json{{"rule", mixing.aggregator},
                               {"tolerated", mixing.tolerated},
                               {"neighbors", std::move(neighbors)}};
  }
  if (!mixing.estimate) return json;
  const SpectrumEstimate& e = *mixing.estimate;
  json["spectrum"] =
      Json{{"method", "gossip"},         {"lambda_2", e.lambda_2},        {"lambda_n", e.lambda_n},
           {"residual_2", e.residual_2}, {"residual_n", e.residual_n},    {"diameter", e.diameter},
           {"iterations", e.iterations}, {"gossip_steps", e.gossip_steps}};
  return json;
}

}  // namespace starling
