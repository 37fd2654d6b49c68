#pragma once

// One GPU as the twins use it: memory, copies, dense products, one stream on which all of it
// happens in the order of the calls. C++17: kernels include this.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace starling::cuda {

class DeviceError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Stream = void*;  // a cudaStream_t

// Throws DeviceError with CUDA's words unless `code` is cudaSuccess.
void check(int code, const char* what);

// How many there are; 0 with the reason.
std::uint32_t device_count(std::string& why_none);

enum class Transpose : bool { no, yes };

// What becomes of the factors in products of matrices of floats: as they are, or rounded for tensor
// cores, to 10 bits (tf32) or to 7 (bf16). Sums and results are floats all the same.
enum class Factors { plain, tf32, bf16 };

// Errors    DeviceError; where memory does not suffice it names the bytes asked for and the bytes
//           free. A kernel's own failure shows at the next download.
// Threads   one at a time, any: use() comes first on each.
class Device {
 public:
  explicit Device(int index);
  ~Device();
  void use();
  Stream stream() const;
  // From here on.
  // Errors    DeviceError where the device cannot: cuBLAS would keep silent and go on without.
  void round(Factors factors);

  void* allocate(std::size_t bytes);
  void release(void* pointer) noexcept;
  void clear(void* to, std::size_t bytes);
  // Through pinned memory, in pieces; what was copied may change when they return.
  void upload(void* to, const void* from, std::size_t bytes);
  void download(void* to, const void* from, std::size_t bytes);

  // Queues what `body` queues: called the first time, for what it allocates, then recorded once and
  // launched as one (a CUDA graph). Called again after anything was allocated.
  // Requires  the same body each time, of kernels, products and clears alone, on the same memory.
  void repeat(const std::function<void()>& body);

  // C = A B + beta C, column by column as in BLAS: C is rows x columns, lda .. ldc are the lengths
  // of stored columns.
  template <class Real>
  void multiply(Transpose a_transposed, Transpose b_transposed, std::size_t rows,
                std::size_t columns, std::size_t inner, const Real* a, std::size_t lda,
                const Real* b, std::size_t ldb, Real beta, Real* c, std::size_t ldc);
  // y = A x, or A^T x; A as stored is rows x columns, column by column.
  template <class Real>
  void multiply(Transpose transposed, std::size_t rows, std::size_t columns, const Real* a,
                const Real* x, Real* y);

 private:
  // What is queued from begin to end is kept in place of the last recording, and not done.
  void begin_recording();
  void end_recording();
  void drop_recording() noexcept;  // in place of end, after a failure
  void launch_recording();

  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t allocations_ = 0, known_ = 0;  // so far; when `repeat` last called its body
  bool recorded_ = false;
};

// An array on the device, which outlives it.
template <class T>
class Buffer {
 public:
  explicit Buffer(Device& device) : device_(&device) {}
  ~Buffer() { device_->release(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  // Room for `size`; what was there is lost if that is more than before.
  T* reserve(std::size_t size) {
    if (size > capacity_) {
      device_->release(data_);
      data_ = nullptr;
      capacity_ = 0;
      data_ = static_cast<T*>(device_->allocate(size * sizeof(T)));
      capacity_ = size;
    }
    return data_;
  }
  T* assign(const T* from, std::size_t size) {
    device_->upload(reserve(size), from, size * sizeof(T));
    return data_;
  }
  T* data() const { return data_; }

 private:
  Device* device_;
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace starling::cuda
