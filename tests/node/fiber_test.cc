#include "node/simulation/fiber.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace starling::testing {
namespace {

TEST(Fibers, TakeTurnsWhereTheySuspend) {
  std::string told;
  const auto speaker = [&told](char who) {
    return [&told, who] {
      for (int k = 0; k < 3; ++k) {
        told += who;
        Fiber::suspend();
      }
    };
  };
  Fiber a(speaker('a')), b(speaker('b'));
  while (!a.done() || !b.done()) {
    if (!a.done()) a.resume();
    if (!b.done()) b.resume();
  }
  EXPECT_EQ(told, "ababab");
}

// Both are in a handler at once, and end theirs in the order they began: on one shared list of
// exceptions each would end the other's.
TEST(Fibers, HandleExceptionsOfTheirOwnWhileOthersHandleTheirs) {
  std::vector<std::string> told;
  const auto handler = [&told](const std::string& who) {
    return [&told, who] {
      try {
        throw std::runtime_error(who);
      } catch (const std::exception&) {
        Fiber::suspend();
        try {
          throw;
        } catch (const std::exception& again) {
          Fiber::suspend();
          told.push_back(who + again.what());
        }
      }
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      EXPECT_FALSE(std::current_exception());
    };
  };
  Fiber a(handler("a")), b(handler("b"));
  for (int turn = 0; turn < 3; ++turn) {
    a.resume();
    b.resume();
  }
  EXPECT_TRUE(a.done() && b.done());
  EXPECT_EQ(told, (std::vector<std::string>{"aa", "bb"}));
}

TEST(Fibers, UnwindWhatStandsOnThemAndPassOnWhatTheyThrow) {
  struct Guard {
    int& open;
    explicit Guard(int& count) : open(++count) {}
    ~Guard() { --open; }
  };
  int open = 0;
  bool end = false;
  Fiber fiber([&] {
    const Guard outer(open);
    const auto wait = [&] {
      const Guard inner(open);
      Fiber::suspend();
      if (end) throw std::runtime_error("killed");
    };
    for (;;) wait();
  });
  fiber.resume();
  fiber.resume();
  EXPECT_EQ(open, 2);
  end = true;
  EXPECT_THROW(fiber.resume(), std::runtime_error);
  EXPECT_TRUE(fiber.done());
  EXPECT_EQ(open, 0);
}

TEST(Fibers, AreCheapEnoughForThousands) {
  std::vector<std::unique_ptr<Fiber>> fibers;
  int running = 0;
  for (int i = 0; i < 2000; ++i)
    fibers.push_back(std::make_unique<Fiber>([&running] {
      char stack[100'000];  // more than a page, less than all
      stack[sizeof stack - 1] = 1;
      volatile char* const touched = stack;
      ++running;
      Fiber::suspend();
      running -= touched[sizeof stack - 1];
    }));
  for (auto& fiber : fibers) fiber->resume();
  EXPECT_EQ(running, 2000);
  for (auto& fiber : fibers) fiber->resume();
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace starling::testing
