// A device that is none: memory, copies and products of the twins in plain loops, so that
// everything but the GPU itself is tested where there is no GPU. Its memory is small, for a test of
// what happens when it does not suffice. What it records it keeps as calls, and it refuses then
// what a stream cannot record.

#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <vector>

#include "cuda/device.h"
#include "cuda/launch.h"

namespace starling::cuda {
namespace {

constexpr std::size_t kMemory = std::size_t{64} << 20;  // bytes
constexpr std::size_t kHeader = alignof(std::max_align_t);

std::size_t at(Transpose transposed, std::size_t row, std::size_t column, std::size_t length) {
  return transposed == Transpose::yes ? row * length + column : column * length + row;
}

// As a tensor core takes it in: 10 or 7 of a float's 23 bits behind the point.
float rounded(float x, Factors factors) {
  if (factors == Factors::plain) return x;
  const std::uint32_t lost = factors == Factors::tf32 ? 13 : 16;
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  bits = (bits + (std::uint32_t{1} << (lost - 1))) >> lost << lost;
  std::memcpy(&x, &bits, sizeof bits);
  return x;
}

// What Stream points to.
struct HostStream {
  std::vector<std::function<void()>> recorded;
  bool recording = false;

  void refuse_recording(const char* what) const {
    if (recording) throw DeviceError(std::string(what) + " inside a recording");
  }
  void queue(std::function<void()> work) {
    if (recording)
      recorded.push_back(std::move(work));
    else
      work();
  }
};

}  // namespace

void queue_on_host(Stream stream, std::function<void()> work) {
  static_cast<HostStream*>(stream)->queue(std::move(work));
}

void check(int code, const char* what) {
  if (code != 0) throw DeviceError(std::string(what) + " failed");
}

std::uint32_t device_count(std::string&) { return 1; }

struct Device::State {
  HostStream stream;
  std::size_t used = 0;
  Factors factors = Factors::plain;
};

Device::Device(int) : state_(std::make_unique<State>()) {}
Device::~Device() = default;
void Device::use() {}
Stream Device::stream() const { return &state_->stream; }
void Device::round(Factors factors) { state_->factors = factors; }

void* Device::allocate(std::size_t bytes) {
  state_->stream.refuse_recording("an allocation");
  ++allocations_;
  if (bytes > kMemory - state_->used)
    throw DeviceError("cuda:0 is out of memory: " + std::to_string(bytes) + " bytes asked for, " +
                      std::to_string(kMemory - state_->used) + " of " + std::to_string(kMemory) +
                      " free");
  state_->used += bytes;
  auto* block = static_cast<unsigned char*>(::operator new(bytes + kHeader));
  std::memcpy(block, &bytes, sizeof bytes);
  std::memset(block + kHeader, 0xff, bytes);  // NaN: what is read before it is written shows
  return block + kHeader;
}

void Device::release(void* pointer) noexcept {
  if (!pointer) return;
  auto* block = static_cast<unsigned char*>(pointer) - kHeader;
  std::size_t bytes = 0;
  std::memcpy(&bytes, block, sizeof bytes);
  state_->used -= bytes;
  ::operator delete(block);
}

void Device::clear(void* to, std::size_t bytes) {
  state_->stream.queue([=] { std::memset(to, 0, bytes); });
}
void Device::upload(void* to, const void* from, std::size_t bytes) {
  state_->stream.refuse_recording("an upload");
  if (bytes > 0) std::memcpy(to, from, bytes);
}
void Device::download(void* to, const void* from, std::size_t bytes) {
  state_->stream.refuse_recording("a download");
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void Device::begin_recording() {
  state_->stream.recorded.clear();
  state_->stream.recording = true;
}
void Device::end_recording() { state_->stream.recording = false; }
void Device::drop_recording() noexcept { state_->stream.recording = false; }
void Device::launch_recording() {
  for (const auto& work : state_->stream.recorded) work();
}

template <class Real>
void Device::multiply(Transpose a_transposed, Transpose b_transposed, std::size_t rows,
                      std::size_t columns, std::size_t inner, const Real* a, std::size_t lda,
                      const Real* b, std::size_t ldb, Real beta, Real* c, std::size_t ldc) {
  const Factors factors = state_->factors;
  state_->stream.queue([=] {
    const auto factor = [&](Real x) -> double {
      return sizeof(Real) == sizeof(float) && columns > 1 ? rounded(static_cast<float>(x), factors)
                                                          : x;
    };
    for (std::size_t j = 0; j < columns; ++j)
      for (std::size_t i = 0; i < rows; ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < inner; ++k)
          sum += factor(a[at(a_transposed, i, k, lda)]) * factor(b[at(b_transposed, k, j, ldb)]);
        Real& entry = c[j * ldc + i];
        entry = static_cast<Real>(sum) + (beta == 0 ? Real(0) : beta * entry);
      }
  });
}

template <class Real>
void Device::multiply(Transpose transposed, std::size_t rows, std::size_t columns, const Real* a,
                      const Real* x, Real* y) {
  const bool flip = transposed == Transpose::yes;
  multiply(transposed, Transpose::no, flip ? columns : rows, 1, flip ? rows : columns, a, rows, x,
           flip ? rows : columns, Real(0), y, flip ? columns : rows);
}

template void Device::multiply(Transpose, Transpose, std::size_t, std::size_t, std::size_t,
                               const float*, std::size_t, const float*, std::size_t, float, float*,
                               std::size_t);
template void Device::multiply(Transpose, Transpose, std::size_t, std::size_t, std::size_t,
                               const double*, std::size_t, const double*, std::size_t, double,
                               double*, std::size_t);
template void Device::multiply(Transpose, std::size_t, std::size_t, const float*, const float*,
                               float*);
template void Device::multiply(Transpose, std::size_t, std::size_t, const double*, const double*,
                               double*);

}  // namespace starling::cuda
