#pragma once

#include <cmath>
#include <optional>

#include "node/rounds/gradient_executor.h"
#include "node/simulation/link_model.h"
#include "node/simulation/sim_transport.h"
#include "topology/random.h"

namespace starling {

// Gradients in virtual time: evaluated at once, done after a drawn while, in which the node goes on
// mixing as beside a worker.
class VirtualGradients final : public GradientExecutor {
 public:
  // mean_s: of exponential durations; 0: none takes any time.
  VirtualGradients(SimTransport& transport, double mean_s, RandomStream stream)
      : transport_(transport), mean_s_(mean_s), stream_(stream) {}

  bool start(std::function<void()> job, Duration&) override {
    job();
    const Instant span = seconds_of(-mean_s_ * std::log1p(-stream_.uniform()));
    if (span <= Instant(0)) return true;
    ends_ = transport_.now() + span;
    transport_.wake_after(span);
    return false;
  }
  bool poll() override {
    if (!ends_ || transport_.now() < *ends_) return false;
    ends_.reset();
    return true;
  }
  void wait() override { ends_.reset(); }

 private:
  SimTransport& transport_;
  const double mean_s_;
  RandomStream stream_;
  std::optional<Instant> ends_;
};

}  // namespace starling
