#include "node/simulation/trace.h"

#include <xxhash.h>

#include <nlohmann/json.hpp>

namespace starling {

struct Trace::State {
  State() : hash(XXH3_createState()) { XXH3_64bits_reset(hash); }
  ~State() { XXH3_freeState(hash); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  XXH3_state_t* hash;
};

Trace::Trace(bool keep) : state_(std::make_unique<State>()), keep_(keep) {}
Trace::~Trace() = default;

void Trace::record(Instant when, std::string_view what, std::uint32_t node, std::uint32_t other,
                   std::span<const std::byte> bytes) {
  const std::int64_t at = when.count();
  const std::uint32_t ends[] = {node, other};
  XXH3_64bits_update(state_->hash, &at, sizeof at);
  XXH3_64bits_update(state_->hash, ends, sizeof ends);
  XXH3_64bits_update(state_->hash, what.data(), what.size());
  XXH3_64bits_update(state_->hash, bytes.data(), bytes.size());
  ++events_;
  if (keep_) kept_.push_back({when, std::string(what), node, other});
}

std::uint64_t Trace::hash() const { return XXH3_64bits_digest(state_->hash); }

// One row per node; instants in microseconds.
std::string Trace::chrome_json() const {
  nlohmann::ordered_json events = nlohmann::ordered_json::array();
  for (const Event& e : kept_)
    events.push_back({{"name", e.what},
                      {"ph", "i"},
                      {"s", "t"},
                      {"ts", static_cast<double>(e.when.count()) / 1e3},
                      {"pid", 0},
                      {"tid", e.node},
                      {"args", {{"with", e.other}}}});
  return nlohmann::ordered_json{{"traceEvents", std::move(events)}}.dump() + "\n";
}

}  // namespace starling
