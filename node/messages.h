#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/facts.h"

namespace starling {

// The bodies of control frames: JSON, at most kMostControlBytes, parsed strictly; a body that does
// not fit is a value (nullopt), never an exception.
inline constexpr std::size_t kMostControlBytes = 256 * 1024;

// HELLO and WELCOME: who I am, what I run, where I stand.
struct Greeting {
  NodeId id = 0;
  std::string instance;  // 32 hex digits, random per start of a process
  std::uint64_t nonce = 0;
  std::uint32_t window = 1;                   // chunks I am ready to hold per stream
  std::uint32_t counter = 0;                  // of this edge
  std::uint64_t view = 0;                     // of the run under way; 0: none
  std::map<std::string, std::string> shared;  // every effective [shared] value; files by digest
  struct Expected {
    std::uint32_t stream = 0;
    std::uint32_t position = 0;
  };
  std::vector<Expected> expected;  // the next position of each open stream
  std::uint32_t done = 0;          // streams finished
};

struct Refusal {
  int code = 2;        // the exit code it means for the refused
  std::string reason;  // one line
};

// STATE: facts, no history; newer replaces older.
struct StateBody {
  struct EdgeEntry {
    Edge edge;
    EdgeFact fact;
  };
  struct NodeEntry {
    NodeId id = 0;
    std::uint64_t samples = 0;
    std::optional<Prepared> prepared, next;
  };
  std::vector<EdgeEntry> edges;
  std::vector<NodeEntry> nodes;
  std::optional<Proposal> proposal;
};

struct DoneBody {
  std::uint64_t step = 0;
  int code = 0;
  std::string status;  // a status word
  std::string reason;  // for a failure
};

// BEAT, twice a second or more: what the sender is doing; empty when it only acknowledges.
struct BeatBody {
  std::uint64_t step = 0;
  std::optional<NodeId> waiting_for;
  double waiting_s = 0, computing_s = 0;
};

std::string encode(const Greeting& body);
std::string encode(const Refusal& body);
std::string encode(const StateBody& body);
std::string encode(const DoneBody& body);
std::string encode(const BeatBody& body);
std::optional<Greeting> decode_greeting(std::span<const std::byte> bytes);
std::optional<Refusal> decode_refusal(std::span<const std::byte> bytes);
std::optional<StateBody> decode_state(std::span<const std::byte> bytes);
std::optional<DoneBody> decode_done(std::span<const std::byte> bytes);
std::optional<BeatBody> decode_beat(std::span<const std::byte> bytes);

}  // namespace starling
