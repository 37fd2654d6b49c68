#include "node/exchange/zmq_inflow.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace starling {

void Inflow::sample(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  constexpr std::size_t kNeeded = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
  sampled_ = fd >= 0 && ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
             length >= kNeeded;  // an older kernel fills in less
  if (sampled_) received_bytes_ = info.tcpi_bytes_received;
}

bool Inflow::endless(std::uint64_t num_messages, std::size_t slack) {
  if (!sampled_) return false;
  sampled_ = false;
  if (num_messages != num_messages_at_base_) {
    num_messages_at_base_ = num_messages;
    base_bytes_ = received_bytes_;
  }
  return received_bytes_ > base_bytes_ + slack;
}

}  // namespace starling
