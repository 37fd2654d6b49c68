#include "node/exchange/zmq_gatekeeper.h"

#include <array>
#include <string_view>
#include <vector>

#include "node/exchange/zmq_socket.h"

namespace starling {
namespace {

constexpr const char* kAddress = "inproc://zeromq.zap.01";
constexpr std::string_view kVersion = "1.0";
constexpr std::size_t kKeyBytes = 32;
// version, request id, domain, address, routing id, mechanism, credentials
enum Field : std::size_t { kRequestId = 1, kMechanism = 5, kCredentials = 6, kNumFields = 7 };

std::string z85_of(const zmq::message_t& bytes) {
  std::array<char, kKeyBytes * 5 / 4 + 1> text{};
  return zmq_z85_encode(text.data(), bytes.data<std::uint8_t>(), bytes.size());
}

zmq::message_t text_part(std::string_view text) { return zmq::message_t(text.data(), text.size()); }

}  // namespace

Gatekeeper::Gatekeeper(zmq::context_t& context, const KeyBook& book)
    : socket_(context, zmq::socket_type::rep) {
  socket_.set(zmq::sockopt::linger, 0);
  // A question for each handshake under way; the listener's cap bounds them.
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.set(zmq::sockopt::sndhwm, 0);
  socket_.bind(kAddress);
  use(book);
}

int Gatekeeper::fd() const { return fd_of(socket_); }

void Gatekeeper::use(const KeyBook& book) {
  keys_.clear();
  for (const KeyBook::Entry& entry : book.nodes)
    keys_.insert(entry.public_keys.begin(), entry.public_keys.end());
}

void Gatekeeper::answer() {
  std::vector<zmq::message_t> fields(1);
  while (receive_part(socket_, fields.back())) {
    if (fields.back().more()) {
      fields.emplace_back();
      continue;
    }
    const bool curve = fields.size() == kNumFields &&
                       fields[kMechanism].to_string_view() == "CURVE" &&
                       fields[kCredentials].size() == kKeyBytes;
    // Only libzmq itself asks here; a question of another form is answered with a plain no.
    zmq::message_t nobody;
    answer_one(fields.size() > kRequestId ? fields[kRequestId] : nobody,
               curve ? z85_of(fields[kCredentials]) : "");
    fields.clear();
    fields.resize(1);
  }
}

void Gatekeeper::answer_one(const zmq::message_t& request_id, const std::string& key) {
  const bool admitted = keys_.contains(key);
  if (!admitted) ++num_refused_;
  zmq::message_t answer[] = {text_part(kVersion),
                             zmq::message_t(request_id.data(), request_id.size()),
                             text_part(admitted ? "200" : "400"),
                             text_part(admitted ? "OK" : "unknown key"),
                             text_part(admitted ? std::string_view(key) : std::string_view()),
                             zmq::message_t()};
  const std::size_t last = std::size(answer) - 1;
  // Who hung up in between needs no answer: REP drops it.
  for (std::size_t i = 0; i <= last; ++i) send_part(socket_, answer[i], i < last);
}

std::string proven_key(zmq::message_t& part) {
  const char* const key = zmq_msg_gets(part.handle(), "User-Id");
  return key ? key : "";
}

}  // namespace starling
