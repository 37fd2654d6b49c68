#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/exchange/transport.h"
#include "node/links/messages.h"

namespace starling {

// What one neighbor's line of a check says.
struct Checkup {
  NodeId peer = 0;
  std::string endpoint;
  bool dialled_by_us = false;  // in a run it is this node that dials
  bool reached = false;        // it answered
  bool reached_us = false;     // it called, as a run does or another check
  bool running = false;        // a run is under way there
  std::string why;             // it did not answer: the last reason
  std::string differs;         // its configuration: the key, both values
  double round_trip_s = 0;     // the shortest of some
  double clock_s = 0;          // how far its wall clock is ahead of ours
  double bytes_per_s = 0;      // at least: of large messages, there and back as a short word
};

// starling-node --check: calls every neighbor, and answers those that call. Two nodes that check at
// the same time, or one beside a run, learn both directions of their link.
//
// Threads   one.
class Doctor final : public TransportEvents {
 public:
  struct Options {
    NodeId self = 0;
    std::map<std::string, std::string> shared;
    std::vector<std::string> endpoints;  // by id
    std::vector<NodeId> neighbors;
    double limit_s = 5;  // for all of it
  };
  Doctor(Options options, Transport& transport);

  // Returns as soon as everybody answered and called, or the limit is over.
  std::vector<Checkup> run();

  // TransportEvents
  void received(ConnectionId connection, ReceivedBytes head, ReceivedBytes payload) override;
  void opened(ConnectionId connection) override;
  void closed(ConnectionId connection, const std::string& reason) override;

 private:
  struct Patient {
    Checkup found;
    ConnectionId connection = 0;
    Instant dialled_at{0}, asked_at{0};
    std::uint32_t asked = 0, answered = 0;
  };
  void call();
  void ask(Patient& patient);
  void answered(Patient& patient, const ProbeBody& answer);
  bool known(const Patient& patient) const;
  Patient* patient_of(ConnectionId connection);

  const Options options_;
  Transport& transport_;
  std::vector<Patient> patients_;
};

// One line each: what was found, and, where something is wrong, what to change.
std::string describe(const Checkup& checkup);
bool healthy(const Checkup& checkup);

}  // namespace starling
