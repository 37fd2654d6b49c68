#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "node/files/run_folder.h"
#include "node/links/network.h"
#include "node/participant.h"

namespace starling {

// What one node says of itself while it runs and at its end: metrics.jsonl, progress lines,
// summary.json.
class NodeReport {
 public:
  NodeReport(NodeFolder& folder, NodeId self, bool progress_lines);

  void heard(const ParticipantReport& report);
  // exit_code and, for a failure, the reason.
  void finish(const ParticipantResult& result, const DropCounts& drops, int exit_code,
              const std::string& reason);

 private:
  void progress_line(const ParticipantReport& report);

  NodeFolder& folder_;
  NodeId self_;
  bool progress_lines_;
  std::uint64_t next_metric_ = 0;
  double next_line_s_ = 0;
};

}  // namespace starling
