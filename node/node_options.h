#pragma once

#include "node/exchange/zmq_transport.h"
#include "node/links/network.h"
#include "node/participant.h"
#include "node/setup/experiment.h"

namespace starling {

// What the parts of node `id` are told by its configuration, in whatever process it lives.
//
// instance    names this start of it: 32 hex digits. config and experiment outlive what they are
// told to.
NetworkOptions network_options(const Config& config, std::uint32_t id, std::string instance);
// Errors    as key_book().
ZmqOptions zmq_options(const Config& config, std::uint32_t id);
ParticipantOptions participant_options(const Config& config, const Experiment& experiment,
                                       std::uint32_t id);

std::vector<std::string> endpoints_of(const Config& config);  // by id

}  // namespace starling
