#pragma once

// Inside node/exchange only: who may connect.

#include <cstdint>
#include <set>
#include <string>
#include <zmq.hpp>

#include "node/exchange/zmq_curve.h"

namespace starling {

// libzmq's CURVE proves that a stranger holds the secret half of the key it shows, and lets in
// everybody who does: whether the key is one of ours is asked at inproc://zeromq.zap.01, once for
// each handshake. Here the answer is given: yes for exactly the public keys of the book. The key
// travels as "User-Id" with every message of the connection, so that who it is need not be
// believed.
//
// Requires  to be made before the context's first listening socket: without it everybody gets in.
// Threads   that of the transport; libzmq waits for the answers without blocking anybody else.
// Source    ZeroMQ RFC 27 (ZAP), RFC 26 (CurveZMQ).
class Gatekeeper {
 public:
  Gatekeeper(zmq::context_t& context, const KeyBook& book);

  int fd() const;
  // Answers every question that waits.
  void answer();
  // From now on these keys, and no others.
  void use(const KeyBook& book);
  std::uint64_t num_refused() const { return num_refused_; }

 private:
  void answer_one(const zmq::message_t& request_id, const std::string& key);

  zmq::socket_t socket_;
  std::set<std::string> keys_;
  std::uint64_t num_refused_ = 0;
};

// The public key a connection has proven, with any message that came through it; empty: none.
std::string proven_key(zmq::message_t& part);

}  // namespace starling
