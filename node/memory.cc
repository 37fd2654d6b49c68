#include "node/memory.h"

#include <malloc.h>

namespace starling {

bool tune_malloc() {
#if defined(__GLIBC__)
  constexpr int kMiB = 1 << 20;
  // All three are always tried, so no short-circuit.
  const int accepted = mallopt(M_MMAP_THRESHOLD, 32 * kMiB) +
                       mallopt(M_TRIM_THRESHOLD, 1024 * kMiB) + mallopt(M_TOP_PAD, 16 * kMiB);
  return accepted == 3;
#else
  return false;
#endif
}

}  // namespace starling
