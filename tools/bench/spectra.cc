#include "tools/bench/spectra.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "topology/generators.h"
#include "topology/mixing_matrix.h"
#include "topology/spectrum.h"

namespace starling {
namespace {

constexpr std::uint64_t kNodes = 1'000'000, kNodesMost = 10'000'000;

struct Case {
  const char* kind;
  GraphParameters parameters;
  std::string name;
};

GraphParameters sized(std::uint64_t nodes) {
  GraphParameters parameters;
  parameters.nodes = nodes;
  return parameters;
}

// Degrees small and equal where they are free; random graphs a little above the size from which
// they are connected. complete, paley and barbell of 10^6 nodes would have 10^11 edges and more.
std::vector<Case> cases(std::uint64_t nodes) {
  const auto n = static_cast<double>(nodes);
  const auto side = static_cast<std::uint64_t>(std::sqrt(n));
  std::vector<Case> all;
  const auto add = [&](const char* kind, GraphParameters p, const std::string& note = "") {
    all.push_back({kind, p, kind + (note.empty() ? "" : " " + note)});
  };
  GraphParameters p = sized(nodes);
  for (const char* kind : {"ring", "path", "star"}) add(kind, p);
  add("tree", p);
  p = sized(side * side);
  p.rows = p.columns = side;
  const std::string square = std::to_string(side) + "x" + std::to_string(side);
  add("grid", p, square);
  add("torus", p, square);
  p = sized(nodes / 10 * 10);
  p.rows = 10;
  add("grid", p, "10x" + std::to_string(nodes / 10));
  add("hypercube", sized(std::bit_floor(nodes)));
  add("exponential", sized(nodes));
  add("margulis", sized(side * side));
  p = sized(nodes);
  p.degree = 4;
  add("regular", p, "degree 4");
  p.degree = 6;
  p.probability = 0.1;
  add("watts_strogatz", p, "degree 6 p 0.1");
  p.probability.reset();
  p.degree = 3;
  add("barabasi_albert", p, "degree 3");
  p = sized(nodes);
  p.probability = 1.5 * std::log(n) / n;
  add("erdos_renyi", p, "1.5 ln n / n");
  p = sized(nodes);
  p.radius = std::sqrt(1.5 * std::log(n) / (3.14159265358979 * n));
  add("geometric", p, "pi r^2 = 1.5 ln n / n");
  p = {};
  p.rows = nodes / 1000;
  p.columns = nodes - nodes / 1000;
  if (*p.rows * *p.columns < 100'000'000) add("complete_bipartite", p);
  return all;
}

// In the child: prints all of the line but the memory.
int measure(const Case& c) try {
  const MixingMatrix matrix = make_mixing_matrix("metropolis", make_graph(c.kind, c.parameters));
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t started = std::clock();
  const Spectrum found = spectrum(matrix);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double busy = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
  std::printf("| %s | %u | %zu | %s | %.1f | %.1f | %.6e | %.1e | %.1e | %.9f | %.1e |",
              c.name.c_str(), matrix.graph.nodes(), matrix.graph.edges(), found.method.c_str(),
              seconds.count(), busy, found.gap_2, found.residual_2, found.error_2 / found.gap_2,
              found.lambda_n, found.error_n);
  std::fflush(stdout);
  return 0;
} catch (const std::exception& error) {
  std::printf("| %s | refused: %s |", c.name.c_str(), error.what());
  std::fflush(stdout);
  return 1;
}

// One line; whether it is a spectrum.
bool run(const Case& c) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(measure(c));
  int status = 0;
  rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child) {
    std::fprintf(stderr, "starling-bench spectra: %s\n", std::strerror(errno));
    return false;
  }
  std::printf(" %ld |\n", usage.ru_maxrss / 1024);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int usage_error(const std::string& what) {
  std::fprintf(stderr, "starling-bench spectra: %s\n", what.c_str());
  return 2;
}

}  // namespace

int bench_spectra(int argc, char** argv) {
  std::uint64_t nodes = kNodes;
  std::string_view kind;
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    if (word != "--nodes" && word != "--kind")
      return usage_error("unknown option '" + word + "'; allowed: --nodes N --kind KIND");
    if (k + 1 == argc) return usage_error(word + " needs a value");
    const std::string_view value = argv[++k];
    if (word == "--kind") {
      kind = value;
      continue;
    }
    const char* last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), last, nodes);
    if (error != std::errc{} || end != last || nodes < 1000 || nodes > kNodesMost)
      return usage_error("--nodes = '" + std::string(value) + "'; allowed: 1000..10000000");
  }
  bool good = true, any = false;
  for (const Case& c : cases(nodes)) {
    if (!kind.empty() && kind != c.kind) continue;
    if (!any)
      std::puts(
          "| graph | nodes | edges | method | s | CPU s | gap_2 | residual | error of gap_2, "
          "relative | "
          "lambda_n | its error | peak MiB |\n"
          "|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    any = true;
    good = run(c) && good;
  }
  if (!any) return usage_error("--kind = '" + std::string(kind) + "' is not measured");
  return good ? 0 : 1;
}

}  // namespace starling
