#include "tools/bench/kernel.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "consensus/kernels/mix.h"
#include "consensus/pool.h"
#include "tools/bench/kernel_report.h"

namespace starling {
namespace {

struct Length {
  const char* name;
  std::size_t count;
};
constexpr Length kLengths[] = {
    {"1e3", 1'000}, {"1e4", 10'000}, {"1e5", 100'000}, {"1e6", 1'000'000}, {"25e6", 25'000'000}};
constexpr std::size_t kDegrees[] = {2, 3, 5};
constexpr std::size_t kMaxDegree = 5;
constexpr std::size_t kPage = 4096;  // bytes

// own, previous, out and the neighbors, in memory of the kind a node's state lies in. They begin at
// different places of a page, as received frames do: at equal ones loads wait for unrelated stores
// (the processor compares the low 12 bits first) and share one cache set.
template <class Real>
class Vectors {
 public:
  explicit Vectors(std::size_t count) {
    for (std::size_t v = 0; v < buffers_.size(); ++v) {
      buffers_[v] = pool().take(count * sizeof(Real) + kPage);
      for (std::size_t k = 0; k < count; ++k) at(v)[k] = Real(1) / Real(1 + (k + v) % 64);
    }
    for (std::size_t j = 0; j < kMaxDegree; ++j) neighbors[j] = at(3 + j);
  }
  Real* own() { return at(0); }
  Real* previous() { return at(1); }
  Real* out() { return at(2); }
  std::array<const Real*, kMaxDegree> neighbors;

 private:
  static Pool& pool() {  // its memory is used again by the next benchmark of the same length
    static Pool shared;
    return shared;
  }
  Real* at(std::size_t v) {
    return reinterpret_cast<Real*>(buffers_[v].data() + v * (kPage / 8 + 64) % kPage);
  }
  std::array<Buffer, 3 + kMaxDegree> buffers_;
};

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

template <class Real>
void bench_memcpy(benchmark::State& state, std::size_t count) {
  Vectors<Real> vectors(count);
  for (auto _ : state) {
    std::memcpy(vectors.out(), vectors.own(), count * sizeof(Real));
    benchmark::DoNotOptimize(vectors.out());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2 * count * sizeof(Real));
}

// out = a + s b, vectorised by the compiler for the plain target.
template <class Real>
__attribute__((noinline, optimize("O3"))) void triad(const Real* __restrict a,
                                                     const Real* __restrict b, Real s,
                                                     std::size_t count, Real* __restrict out) {
  for (std::size_t k = 0; k < count; ++k) out[k] = a[k] + s * b[k];
}

template <class Real>
void bench_triad(benchmark::State& state, std::size_t count) {
  Vectors<Real> vectors(count);
  for (auto _ : state) {
    triad(vectors.own(), vectors.neighbors[0], Real(0.25), count, vectors.out());
    benchmark::DoNotOptimize(vectors.out());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 3 * count * sizeof(Real));
}

template <class Real>
void bench_mix(benchmark::State& state, std::size_t count, MixKernel<Real> kernel,
               std::size_t degree, bool chebyshev) {
  Vectors<Real> vectors(count);
  std::array<Real, kMaxDegree> weights;
  weights.fill(Real(1) / static_cast<Real>(degree + 1));
  const Real* previous = chebyshev ? vectors.previous() : nullptr;
  for (auto _ : state) {
    kernel(vectors.own(), previous, vectors.neighbors.data(), weights.data(), degree, Real(1.5),
           count, vectors.out());
    benchmark::DoNotOptimize(vectors.out());
    benchmark::ClobberMemory();
  }
  count_bytes(state, (degree + 2 + (chebyshev ? 1 : 0)) * count * sizeof(Real));
}

// Memory first, then the kernels over vectors of the same length: neighbors in time, too.
template <class Real>
void register_all() {
  const std::string real = std::is_same_v<Real, float> ? "float/" : "double/";
  const auto add = [](const std::string& name, auto run, auto... arguments) {
    benchmark::RegisterBenchmark(name.c_str(), run, arguments...)->UseRealTime();
  };
  for (const Length& length : kLengths) {
    const std::string prefix = real + length.name + "/";
    add(prefix + "memcpy", bench_memcpy<Real>, length.count);
    add(prefix + "triad", bench_triad<Real>, length.count);
    for (const auto& [name, kernel] : mix_kernels<Real>())
      for (const std::size_t degree : kDegrees)
        for (const bool chebyshev : {false, true})
          add(prefix + (chebyshev ? "chebyshev/" : "mix/") + std::string(name) +
                  "/degree:" + std::to_string(degree),
              bench_mix<Real>, length.count, kernel, degree, chebyshev);
  }
}

}  // namespace

int bench_kernel(int argc, char** argv) {
  std::string time = "--benchmark_min_time=0.05";  // first, so that the user's own comes later
  std::vector<char*> words(argv, argv + argc);
  words.insert(words.begin() + 1, time.data());
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  benchmark::Initialize(&count, words.data());
  if (count > 1) {
    std::fprintf(stderr, "starling-bench kernel: unknown option '%s'; allowed: --benchmark_...\n",
                 words[1]);
    return 2;
  }
  register_all<float>();
  register_all<double>();
  KernelReporter reporter;
  if (benchmark::RunSpecifiedBenchmarks(&reporter) == 0) {
    std::fprintf(stderr, "starling-bench kernel: the filter fits no benchmark\n");
    return 2;
  }
  return reporter.failed() ? 1 : 0;
}

}  // namespace starling
