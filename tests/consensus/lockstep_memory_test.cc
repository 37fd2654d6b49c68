#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/consensus/scenario.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Every allocation of this program is counted; the pool's own blocks are asked for by their size.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace starling {
namespace {

using namespace testing;

template <class Real>
void allocates_nothing(const AlgorithmEntry& entry, double relative_error) {
  Settings settings = settings_of(entry.name);
  settings.stop.steps = 3000;
  settings.stop.relative_error = relative_error;
  Scenario<Real> scenario(settings, graph_of("ring", 5), kQuadratic);
  const auto executor = scenario.start();
  std::uint64_t warm = 0, last = 0;
  std::size_t warm_bytes = 0, last_bytes = 0;
  executor->on_step([&](std::uint64_t step) {
    (step < 20 ? warm : last) = allocations;
    (step < 20 ? warm_bytes : last_bytes) = executor->peer(0).pool().allocated_bytes();
  });
  executor->run();
  EXPECT_EQ(last - warm, 0u) << entry.name;
  EXPECT_EQ(last_bytes, warm_bytes) << entry.name;
  EXPECT_GT(last, 0u);
}

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmEntry> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryAlgorithm,
                         ::testing::ValuesIn(algorithms().begin(), algorithms().end()),
                         [](const auto& entry) { return std::string(entry.param.name); });

TEST_P(EveryAlgorithm, AllocatesNothingAfterTheFirstSteps) {
  allocates_nothing<float>(GetParam(), 0);
  allocates_nothing<double>(GetParam(), 0);
  allocates_nothing<double>(GetParam(), 1e-300);
}

TEST(Pool, GivesAlignedBlocksAndUsesThemAgain) {
  Pool pool;
  std::byte* first = nullptr;
  {
    const Buffer buffer = pool.take(1000);
    first = buffer.data();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0u);
    const Buffer shared = buffer;
    EXPECT_EQ(shared.data(), first);
    EXPECT_NE(pool.take(1000).data(), first);
  }
  const Buffer other_size = pool.take(1001);
  EXPECT_NE(other_size.data(), first);
  const std::size_t before = pool.allocated_bytes();
  const Buffer one = pool.take(1000), two = pool.take(1000);
  EXPECT_TRUE(one.data() == first || two.data() == first);
  EXPECT_EQ(pool.allocated_bytes(), before);
}

TEST(Vector, CopiesValuesAndMovesPointers) {
  Pool pool;
  Vector<double> a(pool, 5);
  a.setLinSpaced(1, 5);
  const Vector<double> copy = a;
  const double* place = a.data();
  Vector<double> moved(pool, 5);
  moved = std::move(a);
  EXPECT_EQ(moved.data(), place);
  EXPECT_NE(copy.data(), place);
  EXPECT_EQ(copy, moved);
  moved = 2 * copy - moved;  // an expression is written in place
  EXPECT_EQ(moved.data(), place);
  EXPECT_EQ(moved, copy);
}

TEST(Dot, IsTheSumInEightFixedLanes) {
  for (const std::size_t size : {0u, 1u, 7u, 8u, 9u, 1000u}) {
    std::vector<float> a(size), b(size);
    RandomStream draw(2, Purpose::test);
    for (std::size_t k = 0; k < size; ++k)
      a[k] = static_cast<float>(draw.normal()), b[k] = static_cast<float>(draw.normal());
    double lanes[8] = {};
    for (std::size_t k = 0; k < size; ++k)
      lanes[k % 8] += static_cast<double>(a[k]) * static_cast<double>(b[k]);
    const double expected = ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
                            ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    EXPECT_EQ(dot(a.data(), b.data(), size), expected) << size;
  }
}

}  // namespace
}  // namespace starling
