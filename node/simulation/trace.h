#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/exchange/transport.h"

namespace starling {

// Everything that happens in a simulated run, as one number: the same seed gives the same. On
// request the events themselves, for Chrome's trace viewer (chrome://tracing, ui.perfetto.dev).
class Trace {
 public:
  explicit Trace(bool keep = false);
  ~Trace();

  // What happened when, at which node, with whom; bytes: of the frame, for the number alone.
  void record(Instant when, std::string_view what, std::uint32_t node, std::uint32_t other,
              std::span<const std::byte> bytes = {});
  std::uint64_t hash() const;
  std::uint64_t events() const { return events_; }
  // Errors    none; empty unless it keeps.
  std::string chrome_json() const;

 private:
  struct Event {
    Instant when;
    std::string what;
    std::uint32_t node, other;
  };
  struct State;
  std::unique_ptr<State> state_;
  bool keep_;
  std::uint64_t events_ = 0;
  std::vector<Event> kept_;
};

}  // namespace starling
