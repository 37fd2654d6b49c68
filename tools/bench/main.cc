// starling-bench: how fast the kernel mixes, and how fast nodes exchange.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/kernel.h"
#include "tools/bench/schedules.h"
#include "tools/bench/spectra.h"

namespace {

constexpr const char* kUsage =
    R"(usage: starling-bench kernel [--benchmark_...]     the mixing kernel against memory bandwidth
       starling-bench exchange [OPTION]...         a gossip round beside raw TCP, OpenMPI and Gloo
       starling-bench schedules [NODES]            graphs that change, 10^6 nodes: time and memory
       starling-bench spectra [--nodes N] [--kind KIND]    spectra of 10^6 nodes: the same

`starling-bench exchange --help` lists its options; `kernel` takes those of Google Benchmark, e.g.
--benchmark_filter=float/1e6 --benchmark_min_time=0.1 --benchmark_out=FILE. See docs/benchmarks.
)";

// Becomes the Python program that starts the peers; the peers lie beside this program.
int exchange(int argc, char** argv) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  std::vector<std::string> words = {"python3", STARLING_EXCHANGE_SCRIPT, "--bin",
                                    self.parent_path().string()};
  words.insert(words.end(), argv, argv + argc);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execvp(pointers[0], pointers.data());
  std::fprintf(stderr, "starling-bench: cannot run python3: %s\n", std::strerror(errno));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "kernel") return starling::bench_kernel(argc - 1, argv + 1);
  if (command == "schedules") return starling::bench_schedules(argc - 1, argv + 1);
  if (command == "spectra") return starling::bench_spectra(argc - 1, argv + 1);
  if (command == "exchange") return exchange(argc - 2, argv + 2);
  if (command == "--help" || command == "-h") return std::fputs(kUsage, stdout) < 0;
  if (command == "--version") return std::puts("starling " STARLING_VERSION) < 0;
  if (command.empty()) {
    std::fputs(kUsage, stderr);
  } else {
    std::fprintf(
        stderr,
        "starling-bench: unknown command '%s'; allowed: kernel exchange schedules spectra\n",
        argv[1]);
  }
  return 2;
}
