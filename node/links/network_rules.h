#pragma once

#include "node/links/messages.h"
#include "node/links/wire.h"

namespace starling {

// The handshake's judgement of a greeting's configuration: nullopt if it is ours, key by key; else
// the first key that differs, with both values. A node's public keys agree when one of them does:
// while a key is being changed, some address books have the new one already and some the old still.
std::optional<Refusal> compare_shared(NodeId self, const std::map<std::string, std::string>& ours,
                                      const Greeting& theirs);

// To who greets as a node whose key it has not.
Refusal not_its_key(NodeId self, NodeId claimed);

// Whether a refusal tells of two configurations that differ, which ends both ends before the first
// view: not so for a stranger (another cluster's name) and not for an id started twice.
bool is_mismatch(const Refusal& refusal);

// A whole control frame.
std::vector<std::byte> control_frame(FrameHeader header, std::string_view body);
// The answer to a question of a node that is being checked.
ProbeBody answer_to(const ProbeBody& probe, NodeId self, bool running,
                    const std::map<std::string, std::string>& shared);
double wall_clock_s();  // since 1970

// What of the facts was learned after this count, all of it where that is 0, as STATE bodies that
// each fit a control frame.
std::vector<StateBody> state_since(const Facts& facts, std::uint64_t learned);

}  // namespace starling
