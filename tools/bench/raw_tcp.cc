// The practical limit of TCP on one host: neighbor exchange over plain non-blocking sockets.
//
// Each node sends its vector in writes of up to 256 KiB, reads into a hot buffer of four such
// chunks per neighbor, and averages chunk by chunk with Starling's own kernel as soon as all
// neighbors' chunks are there. It waits in poll, never spins. No header, checksum, deadline or
// resume: all that a system needs is left out on purpose.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "consensus/kernels/mix.h"
#include "consensus/pool.h"
#include "tools/bench/exchange_task.h"

namespace starling {
namespace {

constexpr std::size_t kChunk = 256 * 1024;  // bytes
constexpr std::size_t kRing = 4 * kChunk;

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

struct Link {
  int fd = -1;
  std::size_t sent = 0, received = 0;  // bytes, this round
  Buffer ring;
};

class RawPeer {
 public:
  RawPeer(const ExchangeTask& task, int node, const std::vector<int>& sockets)
      : bytes_(task.values * sizeof(float)), weights_(task.weights(node)), links_(sockets.size()) {
    for (std::size_t j = 0; j < links_.size(); ++j)
      links_[j] = {sockets[j], 0, 0, pool_.take(kRing)};
  }

  void round(const float* own, float* next) {
    for (Link& link : links_) link.sent = link.received = 0;
    mixed_ = 0;
    while (!finished()) {
      bool moved = false;
      for (Link& link : links_) moved |= send_some(link, own);
      for (Link& link : links_) moved |= receive_some(link);
      moved |= mix_some(own, next);
      if (!moved) wait();
    }
  }

 private:
  bool finished() const {
    return mixed_ == bytes_ && std::all_of(links_.begin(), links_.end(), [this](const Link& link) {
             return link.sent == bytes_;
           });
  }

  // Up to this byte the ring has room; never beyond the round, whose successor waits in the socket.
  std::size_t receive_limit() const { return std::min(bytes_, mixed_ + kRing); }

  bool send_some(Link& link, const float* own) {
    if (link.sent == bytes_) return false;
    const std::size_t size = std::min(kChunk, bytes_ - link.sent);
    const ssize_t n = ::send(link.fd, reinterpret_cast<const std::byte*>(own) + link.sent, size,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    return take(n, link.sent, "send");
  }

  bool receive_some(Link& link) {
    if (link.received == receive_limit()) return false;
    const std::size_t at = link.received % kRing;
    const std::size_t size = std::min(receive_limit() - link.received, kRing - at);
    const ssize_t n = ::recv(link.fd, link.ring.data() + at, size, MSG_DONTWAIT);
    if (n == 0) throw std::runtime_error("a neighbor closed its connection");
    return take(n, link.received, "recv");
  }

  static bool take(ssize_t n, std::size_t& counter, const char* what) {
    if (n < 0 && errno != EAGAIN && errno != EINTR) fail(what);
    if (n > 0) counter += static_cast<std::size_t>(n);
    return n > 0;
  }

  bool mix_some(const float* own, float* next) {
    std::size_t complete = bytes_;
    for (const Link& link : links_) complete = std::min(complete, link.received);
    bool moved = false;
    while (mixed_ < bytes_) {
      const std::size_t end = std::min(mixed_ + kChunk, bytes_);
      if (complete < end) break;
      inputs_.clear();
      for (const Link& link : links_)
        inputs_.push_back(reinterpret_cast<const float*>(link.ring.data() + mixed_ % kRing));
      const std::size_t offset = mixed_ / sizeof(float);
      mix_(own + offset, nullptr, inputs_.data(), weights_.data(), weights_.size(), 1.0f,
           (end - mixed_) / sizeof(float), next + offset);
      mixed_ = end;
      moved = true;
    }
    return moved;
  }

  void wait() {
    polled_.clear();
    for (const Link& link : links_) {
      const int events =
          (link.sent < bytes_ ? POLLOUT : 0) | (link.received < receive_limit() ? POLLIN : 0);
      if (events) polled_.push_back({link.fd, static_cast<short>(events), 0});
    }
    if (::poll(polled_.data(), polled_.size(), -1) < 0 && errno != EINTR) fail("poll");
  }

  std::size_t bytes_, mixed_ = 0;
  std::vector<float> weights_;
  Pool pool_;
  std::vector<Link> links_;
  std::vector<const float*> inputs_;
  std::vector<pollfd> polled_;
  MixKernel<float> mix_ = mix_kernel<float>();
};

// A connected pair over loopback TCP, no port known to anyone else.
std::pair<int, int> connected_pair() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0),
            dialer = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || dialer < 0 || ::bind(listener, generic, size) != 0 ||
      ::listen(listener, 1) != 0 || ::getsockname(listener, generic, &size) != 0 ||
      ::connect(dialer, generic, size) != 0)
    fail("connecting over loopback");
  const int accepted = ::accept(listener, nullptr, nullptr);
  if (accepted < 0) fail("accept");
  ::close(listener);
  const int on = 1;
  for (const int fd : {dialer, accepted})
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {dialer, accepted};
}

// sockets[i]: those of node i, in the order of its neighbors.
std::vector<std::vector<int>> connect_all(const ExchangeTask& task) {
  std::vector<std::vector<int>> sockets;
  for (int node = 0; node < task.nodes; ++node)
    sockets.emplace_back(task.neighbors(node).size(), -1);
  const auto place = [&](int node, int other) -> int& {
    const std::vector<int> all = task.neighbors(node);
    const auto at = std::find(all.begin(), all.end(), other) - all.begin();
    return sockets[static_cast<std::size_t>(node)][static_cast<std::size_t>(at)];
  };
  for (const auto& [a, b] : task.edges) {
    const auto [first, second] = connected_pair();
    place(a, b) = first;
    place(b, a) = second;
  }
  return sockets;
}

int run_child(const ExchangeTask& task, int node, const std::vector<std::vector<int>>& sockets,
              double* report) try {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto self = static_cast<std::size_t>(node);
  for (std::size_t other = 0; other < sockets.size(); ++other)
    if (other != self)
      for (const int fd : sockets[other]) ::close(fd);  // else no end of a connection is ever seen
  RawPeer peer(task, node, sockets[self]);
  run_exchange(
      task, node, [&](const float* own, float* next) { peer.round(own, next); }, report);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "starling-bench-raw-tcp: node %d: %s\n", node, error.what());
  return 1;
}

int run(const ExchangeTask& task) {
  const std::size_t bytes =
      static_cast<std::size_t>(task.nodes) * report_size(task) * sizeof(double);
  void* shared = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) fail("mmap");
  double* reports = static_cast<double*>(shared);
  const auto sockets = connect_all(task);
  std::vector<pid_t> children;
  for (int node = 0; node < task.nodes; ++node) {
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0)
      ::_exit(run_child(task, node, sockets,
                        reports + static_cast<std::size_t>(node) * report_size(task)));
    children.push_back(child);
  }
  for (const auto& of_node : sockets)
    for (const int fd : of_node) ::close(fd);
  bool good = true;
  for (const pid_t child : children) {
    int status = 0;
    good &= ::waitpid(child, &status, 0) == child && status == 0;
  }
  if (!good) return 1;
  std::puts(exchange_json(task, reports).c_str());
  return 0;
}

}  // namespace
}  // namespace starling

int main(int argc, char** argv) try {
  return starling::run(starling::parse_exchange_task(argc, argv));
} catch (const std::exception& error) {
  std::fprintf(stderr, "starling-bench-raw-tcp: %s\n", error.what());
  return 2;
}
