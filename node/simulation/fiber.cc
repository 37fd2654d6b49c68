#include "node/simulation/fiber.h"

#include <cxxabi.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <utility>

#if defined(__has_feature)
#define STARLING_HAS_FEATURE(x) __has_feature(x)
#else
#define STARLING_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || STARLING_HAS_FEATURE(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define STARLING_FIBER_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) || STARLING_HAS_FEATURE(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define STARLING_FIBER_TSAN 1
#endif

namespace starling {

namespace {

constexpr std::size_t kStackBytes = 1 << 20;  // Eigen alone may take 128 KiB

// The exceptions a stack is handling (the C++ ABI's two fields of __cxa_eh_globals).
struct Handled {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};
void exchange(Handled& handled) {
  void* const globals = abi::__cxa_get_globals();
  Handled before;
  std::memcpy(&before, globals, sizeof before);
  std::memcpy(globals, &handled, sizeof handled);
  handled = before;
}

Fiber* current = nullptr;  // one thread

}  // namespace

// Two ends: the fiber's own stack, and the place it was resumed from.
struct Fiber::Context {
  Context() {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    bytes = kStackBytes + page;
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    mprotect(memory, page, PROT_NONE);
    stack = static_cast<char*>(memory) + page;
    getcontext(&inside);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = kStackBytes;
    inside.uc_link = nullptr;
    makecontext(&inside, &Fiber::enter, 0);
#ifdef STARLING_FIBER_TSAN
    tsan_inside = __tsan_create_fiber(0);
#endif
  }
  ~Context() {
#ifdef STARLING_FIBER_TSAN
    __tsan_destroy_fiber(tsan_inside);
#endif
    munmap(memory, bytes);
  }

  void go_in() {
    exchange(handled);
#ifdef STARLING_FIBER_TSAN
    tsan_outside = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_inside, 0);
#endif
#ifdef STARLING_FIBER_ASAN
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, stack, kStackBytes);
#endif
    swapcontext(&outside, &inside);
#ifdef STARLING_FIBER_ASAN
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    exchange(handled);
  }

  void arrived() {
#ifdef STARLING_FIBER_ASAN
    __sanitizer_finish_switch_fiber(fake_inside, &outside_stack, &outside_bytes);
#endif
  }

  void go_out([[maybe_unused]] bool for_good) {
#ifdef STARLING_FIBER_TSAN
    __tsan_switch_to_fiber(tsan_outside, 0);
#endif
#ifdef STARLING_FIBER_ASAN
    __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_inside, outside_stack, outside_bytes);
#endif
    swapcontext(&inside, &outside);
    arrived();
  }

  void* memory = nullptr;
  char* stack = nullptr;
  std::size_t bytes = 0;
  ucontext_t inside{}, outside{};
  Handled handled;
#ifdef STARLING_FIBER_ASAN
  void* fake_inside = nullptr;
  const void* outside_stack = nullptr;
  std::size_t outside_bytes = 0;
#endif
#ifdef STARLING_FIBER_TSAN
  void *tsan_inside = nullptr, *tsan_outside = nullptr;
#endif
};

Fiber::Fiber(std::function<void()> body)
    : body_(std::move(body)), context_(std::make_unique<Context>()) {}

Fiber::~Fiber() = default;

void Fiber::enter() { current->run(); }

void Fiber::run() {
  context_->arrived();
  try {
    body_();
  } catch (...) {
    error_ = std::current_exception();
  }
  done_ = true;
  context_->go_out(true);
}

void Fiber::resume() {
  Fiber* const before = std::exchange(current, this);
  context_->go_in();
  current = before;
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Fiber::suspend() { current->switch_out(); }

void Fiber::switch_out() { context_->go_out(false); }

}  // namespace starling
