#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/views/facts.h"

namespace starling {

// The bodies of control frames: JSON (ASK and PART: little-endian words), at most
// kMostControlBytes, parsed strictly; a body that does not fit is a value (nullopt), never an
// exception.
inline constexpr std::size_t kMostControlBytes = 256 * 1024;

// HELLO and WELCOME: who I am, what I run, where I stand.
struct Greeting {
  NodeId id = 0;
  std::string instance;  // 32 hex digits, random per start of a process
  std::uint64_t nonce = 0;
  std::uint32_t window = 1;   // chunks I am ready to hold per stream
  std::uint32_t counter = 0;  // of this edge
  std::uint64_t view = 0;     // prepared for or begun; 0: none
  bool begun = false;         // I have a model of this run
  bool heals = false;         // this edge is none of the graph's: it joins what is apart
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

// PROBE: a question of a node that is being checked (doctor.h), and its answer. Nobody keeps
// anything of it.
struct ProbeBody {
  NodeId id = 0;  // of the sender
  std::uint32_t number = 0;
  bool answer = false;
  bool running = false;  // the answerer is in a run
  double clock_s = 0;    // the answerer's, since 1970
  std::map<std::string, std::string> shared;
  std::string filler;  // of a question: makes it large
};

// STATE: facts, no history; each is merged by maximum.
struct StateBody {
  struct EdgeEntry {
    Edge edge;
    EdgeFact fact;
    bool heals = false;
  };
  struct NodeEntry {
    NodeId id = 0;
    std::uint64_t samples = 0;
    std::optional<Prepared> prepared, next;
  };
  std::vector<EdgeEntry> edges;
  std::vector<NodeEntry> nodes;
  std::optional<Proposal> proposal, in_force;
  bool late = false;
};

// DONE's status where all nodes agreed to fail at the same step: no loss of a node.
inline constexpr std::string_view kFailedTogether = "failed together";
inline constexpr std::string_view kLeft = "left";  // the sender alone, at a lap's end

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

// ASK: the bytes of your model from here on. PART: some of them.
struct AskBody {
  std::uint64_t offset = 0;
};
struct PartBody {
  std::uint64_t step = 0;  // that the model stands at; parts of another step are of another model
  std::uint64_t offset = 0, total = 0;
  std::span<const std::byte> bytes;
};

std::string encode(const Greeting& body);
std::string encode(const ProbeBody& body);
std::optional<ProbeBody> decode_probe(std::span<const std::byte> bytes);
std::string encode(const Refusal& body);
std::string encode(const StateBody& body);
std::string encode(const DoneBody& body);
std::string encode(const BeatBody& body);
std::string encode(const AskBody& body);
std::string encode(const PartBody& body);
std::optional<Greeting> decode_greeting(std::span<const std::byte> bytes);
std::optional<Refusal> decode_refusal(std::span<const std::byte> bytes);
std::optional<StateBody> decode_state(std::span<const std::byte> bytes);
std::optional<DoneBody> decode_done(std::span<const std::byte> bytes);
std::optional<BeatBody> decode_beat(std::span<const std::byte> bytes);
std::optional<AskBody> decode_ask(std::span<const std::byte> bytes);
std::optional<PartBody> decode_part(std::span<const std::byte> bytes);  // its bytes are in `bytes`

}  // namespace starling
