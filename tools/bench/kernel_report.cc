#include "tools/bench/kernel_report.h"

#include <algorithm>
#include <cstdio>

namespace starling {
namespace {

bool is_memory(const KernelLine& line) { return line.what == "memcpy" || line.what == "triad"; }

KernelLine line_of(const benchmark::BenchmarkReporter::Run& run) {
  const std::string name = run.run_name.function_name;
  const std::size_t first = name.find('/'), second = name.find('/', first + 1);
  KernelLine line{name.substr(0, first), name.substr(first + 1, second - first - 1),
                  name.substr(second + 1)};
  const auto rate = run.counters.find("bytes_per_second");
  if (rate != run.counters.end()) line.bytes_per_second = rate->second.value;
  // Of one iteration: GetAdjustedRealTime is that already, in the run's unit.
  line.seconds = run.GetAdjustedRealTime() / benchmark::GetTimeUnitMultiplier(run.time_unit);
  return line;
}

}  // namespace

double against_memory(const std::vector<KernelLine>& lines, const KernelLine& line) {
  double memory = 0;
  for (const KernelLine& other : lines)
    if (is_memory(other) && other.real == line.real && other.length == line.length)
      memory = std::max(memory, other.bytes_per_second);
  return memory > 0 ? line.bytes_per_second / memory : 0;
}

bool KernelReporter::ReportContext(const Context& context) {
  PrintBasicContext(&GetErrorStream(), context);
  return true;
}

void KernelReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.error_occurred) {
      failed_ = true;
      std::fprintf(stderr, "%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
      continue;
    }
    const bool repeated = run.repetitions > 1;
    if (repeated && run.aggregate_name != "median") continue;
    lines_.push_back(line_of(run));
    std::fprintf(stderr, "%-48s %12.3f us %8.2f GB/s\n", run.run_name.function_name.c_str(),
                 lines_.back().seconds * 1e6, lines_.back().bytes_per_second * 1e-9);
  }
}

void KernelReporter::Finalize() {
  std::printf("| real | d | what | time us | GB/s | of memory bandwidth |\n");
  std::printf("|---|---:|---|---:|---:|---:|\n");
  for (const KernelLine& line : lines_) {
    const double ratio = against_memory(lines_, line);
    char shown[32] = "not measured";
    if (ratio > 0) std::snprintf(shown, sizeof shown, "%.2f", ratio);
    std::printf("| %s | %s | %s | %.3f | %.2f | %s |\n", line.real.c_str(), line.length.c_str(),
                line.what.c_str(), line.seconds * 1e6, line.bytes_per_second * 1e-9, shown);
  }
}

}  // namespace starling
