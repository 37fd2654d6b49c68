#include "node/cpus.h"

#include <sched.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string_view>

#include "node/error.h"

namespace starling {
namespace {

std::string in_key(const std::string& cpus) { return "local.cpus = \"" + cpus + "\": "; }

// "0-3,8"
bool parse_list(std::string_view list, cpu_set_t& set) {
  CPU_ZERO(&set);
  const char *at = list.data(), *end = at + list.size();
  const auto number = [&](int& value) {
    const auto read = std::from_chars(at, end, value);
    at = read.ptr;
    return read.ec == std::errc() && value >= 0 && value < CPU_SETSIZE;
  };
  while (true) {
    int first = 0;
    if (!number(first)) return false;
    int last = first;
    if (at != end && *at == '-') {
      ++at;
      if (!number(last) || last < first) return false;
    }
    for (int cpu = first; cpu <= last; ++cpu) CPU_SET(cpu, &set);
    if (at == end) return true;
    if (*at++ != ',') return false;
  }
}

std::string format_list(const cpu_set_t& set) {
  std::string list;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &set)) continue;
    int last = cpu;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set)) ++last;
    list += (list.empty() ? "" : ",") + std::to_string(cpu);
    if (last > cpu) list += "-" + std::to_string(last);
    cpu = last;
  }
  return list;
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string cpus_of_numa_node(const std::string& cpus) {
  const std::string folder = "/sys/devices/system/node/";
  const std::string number = cpus.substr(5);
  const bool digits =
      !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
  const std::string list = digits ? first_line(folder + "node" + number + "/cpulist") : "";
  if (!list.empty()) return list;
  const std::string nodes = first_line(folder + "has_cpu");
  throw ConfigError(in_key(cpus) + (nodes.empty() ? "this host names no NUMA nodes"
                                                  : "this host's NUMA nodes are " + nodes));
}

}  // namespace

void stay_on(const std::string& cpus) {
  if (cpus == "any") return;
  cpu_set_t wanted, allowed;
  if (!parse_list(cpus.starts_with("numa:") ? cpus_of_numa_node(cpus) : cpus, wanted))
    throw ConfigError(in_key(cpus) + "must be any, a list like 0-3,8, or numa:N");
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    throw ConfigError(in_key(cpus) + std::strerror(errno));
  cpu_set_t both;
  CPU_AND(&both, &wanted, &allowed);
  if (!CPU_EQUAL(&both, &wanted))
    throw ConfigError(in_key(cpus) + "this process may run on " + format_list(allowed));
  if (sched_setaffinity(0, sizeof wanted, &wanted) != 0)
    throw ConfigError(in_key(cpus) + std::strerror(errno));
}

}  // namespace starling
