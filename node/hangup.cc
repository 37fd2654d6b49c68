#include "node/hangup.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace starling {
namespace {

sigset_t only_hangup() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_hangup() {
  const sigset_t set = only_hangup();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

HangupWatch::HangupWatch(std::function<void()> changed) : changed_(std::move(changed)) {
  thread_ = std::thread([this] {
    const sigset_t set = only_hangup();
    int signal = 0;
    while (sigwait(&set, &signal) == 0 && !stop_) changed_();
  });
}

HangupWatch::~HangupWatch() {
  stop_ = true;
  pthread_kill(thread_.native_handle(), SIGHUP);  // pending for that thread alone
  thread_.join();
}

}  // namespace starling
