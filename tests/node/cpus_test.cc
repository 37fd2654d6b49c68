#include "node/cpus.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <fstream>
#include <string>
#include <thread>

#include "node/error.h"

namespace starling {
namespace {

cpu_set_t allowed() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  return set;
}

int highest(const cpu_set_t& set) {
  int cpu = CPU_SETSIZE - 1;
  while (cpu > 0 && !CPU_ISSET(cpu, &set)) --cpu;
  return cpu;
}

// In a thread of its own, for it cannot be undone by who is not allowed to.
template <class Body>
void aside(Body body) {
  std::thread(body).join();
}

std::string complaint(const std::string& cpus) {
  std::string said = "nothing";
  aside([&] {
    try {
      stay_on(cpus);
    } catch (const ConfigError& error) {
      said = error.what();
    }
  });
  return said;
}

TEST(Cpus, AThreadStaysOnTheOneNamedAndSoDoThoseItStarts) {
  const int cpu = highest(allowed());
  aside([&] {
    stay_on(std::to_string(cpu));
    aside([&] {
      const cpu_set_t now = allowed();
      EXPECT_EQ(CPU_COUNT(&now), 1);
      EXPECT_TRUE(CPU_ISSET(cpu, &now));
    });
  });
}

TEST(Cpus, AnyLeavesAllOfThem) {
  const cpu_set_t before = allowed();
  aside([&] {
    stay_on("any");
    const cpu_set_t now = allowed();
    EXPECT_TRUE(CPU_EQUAL(&before, &now));
  });
}

TEST(Cpus, NumaNamesThoseOfANodeAsTheKernelListsThem) {
  std::ifstream file("/sys/devices/system/node/node0/cpulist");
  std::string list;
  if (!std::getline(file, list) || list.empty()) GTEST_SKIP() << "this host names no NUMA node 0";
  if (complaint(list) != "nothing") GTEST_SKIP() << "this process may not use all of NUMA node 0";
  cpu_set_t by_list, by_name;
  aside([&] {
    stay_on(list);
    by_list = allowed();
  });
  aside([&] {
    stay_on("numa:0");
    by_name = allowed();
  });
  EXPECT_TRUE(CPU_EQUAL(&by_list, &by_name));
}

TEST(Cpus, WhatIsNoListOrNotThereIsRefusedByKeyValueAndWhatIsAllowed) {
  for (const std::string cpus : {"", "two", "3-1", "0,", "0-", "-1", "99999", "0 1"})
    EXPECT_EQ(complaint(cpus),
              "local.cpus = \"" + cpus + "\": must be any, a list like 0-3,8, or numa:N");
  const int beyond = highest(allowed()) + 1;
  EXPECT_TRUE(complaint(std::to_string(beyond))
                  .starts_with("local.cpus = \"" + std::to_string(beyond) +
                               "\": this process may run on "));
  for (const std::string cpus : {"numa:", "numa:9999", "numa:0/../node0"})
    EXPECT_NE(complaint(cpus).find("this host"), std::string::npos) << complaint(cpus);
}

}  // namespace
}  // namespace starling
