#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "node/links/network.h"
#include "node/rounds/gradient_executor.h"

namespace starling {

// Keeps a network alive whoever is busy: the node's thread pumps it while it waits, and while that
// thread computes a stand-in does. So no frame passes a second thread on its way to being mixed,
// and yet a node that computes for a minute still reads, acknowledges and beats.
//
// Threads   all use of the network happens under lock(); the transport moves between the two
// threads with it.
class Pump {
 public:
  Pump(Network& network, Transport& transport);
  // Without threads: nobody stands in, for in virtual time nothing but these gradients takes long.
  Pump(Network& network, Transport& transport, std::unique_ptr<GradientExecutor> gradients);
  ~Pump();

  // For the node's thread: the right to use the network. Ends a wait of the stand-in at once.
  std::unique_lock<std::mutex> lock();
  // For the node's thread: where its gradients are computed.
  GradientExecutor& gradients() { return *gradients_; }

 private:
  void stand_in();

  Network& network_;
  Transport& transport_;
  std::mutex mutex_;
  std::atomic<bool> wanted_{false}, stop_{false};
  std::atomic<std::int64_t> last_use_{0};
  std::unique_ptr<GradientExecutor> gradients_;
  std::thread thread_;
};

}  // namespace starling
