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
       starling-bench hogwild --data FILE [OPTION]...      steps by threads, beside LIBLINEAR
       starling-bench gradient --data DIR [OPTION]...      gradients, beside scikit-learn and torch

exchange, hogwild and gradient take --help; `kernel` takes the options of Google Benchmark, e.g.
--benchmark_filter=float/1e6 --benchmark_min_time=0.1 --benchmark_out=FILE. See docs/benchmarks.
)";

// Becomes the Python program that starts the sides; their programs lie beside this one.
int script(const char* file, int argc, char** argv) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  std::vector<std::string> words = {"python3", std::string(STARLING_BENCH_SCRIPTS) + file, "--bin",
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
  if (command == "exchange") return script("/exchange.py", argc - 2, argv + 2);
  if (command == "hogwild") return script("/hogwild.py", argc - 2, argv + 2);
  if (command == "gradient") return script("/gradient.py", argc - 2, argv + 2);
  if (command == "--help" || command == "-h") return std::fputs(kUsage, stdout) < 0;
  if (command == "--version") return std::puts("starling " STARLING_VERSION) < 0;
  if (command.empty()) {
    std::fputs(kUsage, stderr);
  } else {
    std::fprintf(stderr,
                 "starling-bench: unknown command '%s'; allowed: kernel exchange schedules spectra "
                 "hogwild gradient\n",
                 argv[1]);
  }
  return 2;
}
