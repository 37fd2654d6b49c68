#pragma once

#include "tests/consensus/scenario.h"

namespace starling::testing {

// A node of its own: no neighbor moves it between two calls.
template <class Real>
struct Alone {
  explicit Alone(const OptimizerSettings& optimizer)
      : scenario(
            [&] {
              Settings settings = settings_of("dgd_atc", 0.05);
              settings.optimizer = optimizer;
              return settings;
            }(),
            graph_of("path", 1), kQuadratic),
        executor(scenario.start()),
        peer(executor->peer(0)) {}
  Vector<Real> vector(const std::vector<double>& values) {
    Vector<Real> v(peer.pool(), 10);
    for (Eigen::Index k = 0; k < 10; ++k)
      v[k] = static_cast<Real>(values[static_cast<std::size_t>(k)]);
    return v;
  }
  Scenario<Real> scenario;
  std::unique_ptr<Lockstep<Real>> executor;
  Peer<Real>& peer;
};

}  // namespace starling::testing
