#include "cuda/device.h"

namespace starling::cuda {

void Device::repeat(const std::function<void()>& body) {
  if (known_ != allocations_) {
    recorded_ = false;
    body();
    known_ = allocations_;
    return;
  }
  if (!recorded_) {
    begin_recording();
    try {
      body();
    } catch (...) {
      drop_recording();
      throw;
    }
    end_recording();
    recorded_ = true;
  }
  launch_recording();
}

}  // namespace starling::cuda
