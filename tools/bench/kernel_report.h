#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace starling {

// One measured line. Names are real/d/what: float/1e6/memcpy, float/1e6/mix/x86-64-v3/degree:3.
struct KernelLine {
  std::string real, length, what;
  double bytes_per_second = 0;
  double seconds = 0;
};

// Speed relative to the faster memory line (memcpy, triad) of the same real and length, or 0.
double against_memory(const std::vector<KernelLine>& lines, const KernelLine& line);

// Prints each line as it is measured (stderr), at the end the Markdown table with ratios (stdout).
// Of repetitions, the median is kept.
class KernelReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;
  bool failed() const { return failed_; }

 private:
  std::vector<KernelLine> lines_;
  bool failed_ = false;
};

}  // namespace starling
