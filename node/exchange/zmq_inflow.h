#pragma once

// Inside node/exchange only: who sends bytes without ever finishing a message.

#include <cstddef>
#include <cstdint>

namespace starling {

// libzmq hands on whole messages only and limits the size of a part, not the number of parts: a
// message without an end fills the memory, under any high-water mark, before anyone sees it.
// So we count from outside. sample(): bytes the kernel has received on this connection. Then every
// message there is read. judge(): whether since the last message more than `slack` bytes came.
// What a busy or stopped reader has not looked at yet is no message without an end: it is read
// between the two. `slack` has to cover one honest message and what the kernel may hold back.
class Inflow {
 public:
  // Nothing is known of sockets that are not TCP (an ipc path has its file permissions).
  void sample(int fd);
  // `num_messages`: read from this connection so far.
  bool endless(std::uint64_t num_messages, std::size_t slack);

 private:
  bool sampled_ = false;
  std::uint64_t received_bytes_ = 0;       // at the last sample
  std::uint64_t base_bytes_ = 0;           // at the last sample with news in num_messages
  std::uint64_t num_messages_at_base_ = 0;
};

}  // namespace starling
