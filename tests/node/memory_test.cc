#include "node/memory.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>

namespace starling {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kOwnMalloc = true;
#else
constexpr bool kOwnMalloc = false;
#endif

// Without the settings 16 MiB is a mapping of its own, given back when freed.
TEST(Memory, LargeBlocksStayInTheProcessOnceTuned) {
  if (kOwnMalloc) GTEST_SKIP() << "a sanitizer replaces malloc";
  ASSERT_TRUE(tune_malloc());
  const std::size_t mapped_before = mallinfo2().hblkhd;
  void* const block = std::malloc(16 << 20);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(mallinfo2().hblkhd, mapped_before);
  const std::size_t arena = mallinfo2().arena;
  std::free(block);
  EXPECT_EQ(mallinfo2().arena, arena);
}

}  // namespace
}  // namespace starling
