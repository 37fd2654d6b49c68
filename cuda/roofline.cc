// What the device's kernels reach of what the device can: bytes a second against a device copy,
// operations a second against the largest cuBLAS product. A line for
// each, between tabs: name, unit, rate, share of the peak, microseconds (median, least, most),
// samples; the first line is about the device.
//
//   roofline [N]      device N; exit 77 without one

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "cuda/channels.h"
#include "cuda/images.h"
#include "cuda/kernels.h"
#include "cuda/model.h"

namespace starling::cuda {
namespace {

constexpr int kSkipped = 77, kWarmUp = 3, kRepeats = 20;

struct Sample {
  double median, least, most;  // seconds
};

// Each repetition between two events of its own.
Sample measure(Device& device, const std::function<void()>& body) {
  const auto stream = static_cast<cudaStream_t>(device.stream());
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "cudaEventCreate");
  check(cudaEventCreate(&end), "cudaEventCreate");
  std::vector<double> seconds;
  for (int k = 0; k < kWarmUp + kRepeats; ++k) {
    check(cudaEventRecord(begin, stream), "cudaEventRecord");
    body();
    check(cudaEventRecord(end, stream), "cudaEventRecord");
    check(cudaEventSynchronize(end), "a measured kernel");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
    if (k >= kWarmUp) seconds.push_back(milliseconds / 1e3);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  std::sort(seconds.begin(), seconds.end());
  return {seconds[kRepeats / 2], seconds.front(), seconds.back()};
}

class Bench {
 public:
  explicit Bench(Device& device) : device_(device) {}

  // amount: bytes or floating-point operations; the first of a unit is what the rest is held to.
  void run(const std::string& name, const char* unit, double amount,
           const std::function<void()>& body, double& peak) {
    const Sample time = measure(device_, body);
    const double rate = amount / time.median / 1e9;
    if (peak == 0) peak = rate;
    std::printf("%s\t%s\t%.6g\t%.4f\t%.3f\t%.3f\t%.3f\t%d\n", name.c_str(), unit, rate, rate / peak,
                1e6 * time.median, 1e6 * time.least, 1e6 * time.most, kRepeats);
  }

  template <class Real>
  void updates(const char* precision, double& peak) {
    constexpr std::size_t kSize = std::size_t{1} << 26;
    std::vector<std::unique_ptr<Buffer<Real>>> vectors;
    for (int k = 0; k < 5; ++k) {
      vectors.push_back(std::make_unique<Buffer<Real>>(device_));
      device_.clear(vectors.back()->reserve(kSize), kSize * sizeof(Real));
    }
    VectorUpdate<Real> u{};
    u.from = u.to = vectors[0]->data();
    u.gradient = vectors[1]->data();
    u.scale = 1;
    u.bound = std::numeric_limits<Real>::infinity();
    for (int s = 0; s < 3; ++s) u.states[s] = vectors[static_cast<std::size_t>(2 + s)]->data();
    u.factors = {Real(0.1), Real(0.9), Real(0.9), Real(0.99), Real(1e-8), Real(0.1), Real(0.1)};
    u.size = kSize;
    const std::pair<const char*, int> kinds[] = {
        {"sgd", 0}, {"momentum", 1}, {"adam", 2}, {"amsgrad", 3}};
    for (const auto& [kind, states] : kinds)
      run(
          std::string("update ") + kind + ", " + precision, "GB/s",
          static_cast<double>(kSize * sizeof(Real)) * (3 + 2 * states),
          [&, kind = kind] { update(device_.stream(), kind, u); }, peak);
  }

  // Sparse rows with 64 nonzeros each at drawn columns: A x, then A^T r.
  template <class Real>
  void sparse(const char* precision, double& peak) {
    constexpr std::size_t kRows = 1 << 20, kColumns = 1 << 16, kEach = 64;
    std::vector<std::uint64_t> begin(kRows + 1);
    std::vector<std::uint32_t> column(kRows * kEach);
    std::vector<double> value(kRows * kEach, 1), label(kRows, 0);
    std::uint64_t state = 1;
    for (std::size_t row = 0; row <= kRows; ++row) begin[row] = row * kEach;
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t k = 0; k < kEach; ++k) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        column[row * kEach + k] =
            static_cast<std::uint32_t>(k * (kColumns / kEach) + (state >> 33) % (kColumns / kEach));
      }
    }
    const starling_data data{kRows,         kColumns,     0,           begin.data(),
                             column.data(), value.data(), label.data()};
    ResidentRows<Real> rows(device_, data);
    const BatchView all = rows.select({nullptr, kRows});
    Buffer<Real> x(device_), r(device_), partial(device_), gradient(device_);
    device_.clear(x.reserve(kColumns), kColumns * sizeof(Real));
    device_.clear(r.reserve(kRows), kRows * sizeof(Real));
    partial.reserve(rows.view().segments);
    gradient.reserve(kColumns);
    // What must be read once of the matrix; vectors are read from caches.
    const double bytes = static_cast<double>(kRows * kEach * (sizeof(Real) + sizeof column[0]));
    run(
        std::string("sparse A x, ") + precision, "GB/s", bytes,
        [&] { row_products(device_.stream(), rows.view(), all, 1, x.data(), r.data()); }, peak);
    run(
        std::string("sparse A^T r, ") + precision, "GB/s", bytes,
        [&] {
          column_products(device_.stream(), rows.view(), all, 1, r.data(), Real(0), x.data(),
                          partial.data(), gradient.data());
        },
        peak);
  }

  // What a cnn does between its products, of 1024 images of 32 x 32 pixels and 16 channels.
  template <class Real>
  void images(const char* precision, double& peak) {
    constexpr std::size_t kCount = 1024, kChannels = 16;
    const Image image{32, 32, kChannels};
    const Patches patches{image, 3};
    const std::size_t values = kCount * image.values(), seen = 9 * values;
    const std::size_t pixels = values / kChannels;
    Buffer<Real> from(device_), to(device_), numbers(device_);
    Buffer<double> partial(device_);
    draw(from, values);
    device_.clear(to.reserve(seen), seen * sizeof(Real));
    device_.clear(numbers.reserve(7 * kChannels), 7 * kChannels * sizeof(Real));
    Real* const n = numbers.data();
    partial.reserve(channel_partials(pixels, kChannels));
    const auto each = [&](const char* name, std::size_t touched,
                          const std::function<void()>& body) {
      run(std::string(name) + ", " + precision, "GB/s", static_cast<double>(touched * sizeof(Real)),
          body, peak);
    };
    const Stream stream = device_.stream();
    each("cnn patches of 3 x 3", values + seen,
         [&] { take_patches(stream, patches, kCount, from.data(), to.data()); });
    each("cnn slopes from patches", values + seen,
         [&] { give_patches(stream, patches, kCount, to.data(), from.data()); });
    each("cnn pool of 2 x 2", values + values / 4, [&] {
      pool(stream, PoolKind::max, Squares{image, 2}, kCount, from.data(), to.data());
    });
    const Normalisation<Real> by{pixels,
                                 kChannels,
                                 Real(1e-5),
                                 n,
                                 n + kChannels,
                                 n + 2 * kChannels,
                                 n + 3 * kChannels,
                                 n + 4 * kChannels,
                                 n + 5 * kChannels,
                                 n + 6 * kChannels,
                                 partial.data()};
    each("cnn normalisation", 4 * values, [&] { normalise(stream, by, from.data(), to.data()); });
  }

  template <class Real>
  void dense(const char* precision, double& bandwidth) {
    constexpr std::size_t kRows = 1 << 17, kColumns = 1 << 10, kSide = 8192;
    Buffer<Real> a(device_), b(device_), c(device_);
    draw(a, std::max(kRows * kColumns, kSide * kSide));
    draw(b, kSide * kSide);
    c.reserve(kSide * kSide);
    const double bytes = static_cast<double>(kRows * kColumns * sizeof(Real));
    run(
        std::string("dense A x, ") + precision, "GB/s", bytes,
        [&] { device_.multiply(Transpose::yes, kColumns, kRows, a.data(), b.data(), c.data()); },
        bandwidth);
    run(
        std::string("dense A^T r, ") + precision, "GB/s", bytes,
        [&] { device_.multiply(Transpose::no, kColumns, kRows, a.data(), b.data(), c.data()); },
        bandwidth);
    double peak = 0;
    const auto product = [&](const std::string& name, std::size_t rows, std::size_t columns,
                             std::size_t inner) {
      run(
          name + ", " + precision, "GFLOP/s", 2.0 * static_cast<double>(rows * columns * inner),
          [&] {
            device_.multiply(Transpose::no, Transpose::no, rows, columns, inner, a.data(), rows,
                             b.data(), inner, Real(0), c.data(), rows);
          },
          peak);
    };
    product("cuBLAS product, 8192 a side", kSide, kSide, kSide);
    product("mlp layer 784 to 256, 4096 rows", 256, 4096, 784);
    product("mlp layer 1024 to 1024, 4096 rows", 1024, 4096, 1024);
    product("cnn convolution, 16 to 32, 256 images", 32, 256 * 1024, 9 * 16);
  }

  double copies() {
    constexpr std::size_t kBytes = std::size_t{1} << 30;
    Buffer<unsigned char> from(device_), to(device_);
    device_.clear(from.reserve(kBytes), kBytes);
    to.reserve(kBytes);
    double bandwidth = 0;
    run(
        "device copy", "GB/s", 2.0 * kBytes,
        [&] {
          check(cudaMemcpyAsync(to.data(), from.data(), kBytes, cudaMemcpyDeviceToDevice,
                                static_cast<cudaStream_t>(device_.stream())),
                "a device copy");
        },
        bandwidth);
    return bandwidth;
  }

 private:
  // Noise: products of zeros need less power, and so go faster than real ones.
  template <class Real>
  void draw(Buffer<Real>& buffer, std::size_t size) {
    std::vector<Real> noise(std::size_t{1} << 20);
    std::uint64_t state = 1;
    for (Real& entry : noise) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      entry = static_cast<Real>(static_cast<double>(state >> 11) * 0x1p-53 - 0.5);
    }
    Real* const to = buffer.reserve(size);
    for (std::size_t at = 0; at < size; at += noise.size())
      device_.upload(to + at, noise.data(), std::min(noise.size(), size - at) * sizeof(Real));
  }

  Device& device_;
};

int run(int index) {
  std::string why;
  const std::uint32_t count = device_count(why);
  if (count == 0 || static_cast<std::uint32_t>(index) >= count) {
    std::fprintf(stderr, "SKIPPED: no device cuda:%d: %s\n", index,
                 count == 0 ? why.c_str() : "there are fewer");
    return kSkipped;
  }
  cudaDeviceProp about;
  check(cudaGetDeviceProperties(&about, index), "cudaGetDeviceProperties");
  std::printf("device\t%s\tsm_%d%d\t%zu bytes\tCUDA %d.%d\n", about.name, about.major, about.minor,
              about.totalGlobalMem, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
  Device device(index);
  Bench bench(device);
  double bandwidth = bench.copies();
  bench.updates<float>("float32", bandwidth);
  bench.updates<double>("float64", bandwidth);
  bench.sparse<float>("float32", bandwidth);
  bench.sparse<double>("float64", bandwidth);
  bench.images<float>("float32", bandwidth);
  bench.images<double>("float64", bandwidth);
  bench.dense<float>("float32", bandwidth);
  bench.dense<double>("float64", bandwidth);
  return 0;
}

}  // namespace
}  // namespace starling::cuda

int main(int argc, char** argv) try {
  return starling::cuda::run(argc > 1 ? std::atoi(argv[1]) : 0);
} catch (const std::exception& error) {
  std::fprintf(stderr, "roofline: %s\n", error.what());
  return 1;
}
