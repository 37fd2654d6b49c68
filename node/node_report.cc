#include "node/node_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/files/mixing_json.h"

namespace starling {

namespace {

using Json = nlohmann::ordered_json;

// Every step at first, then every tenth, every hundredth: a long run's metrics stay short.
std::uint64_t metric_after(std::uint64_t step) {
  return step < 100 ? step + 1 : step < 1000 ? (step / 10 + 1) * 10 : (step / 100 + 1) * 100;
}

Json known(double value) { return value < 0 ? Json(nullptr) : Json(value); }

Json common(NodeId self, const ParticipantReport& report) {
  const Progress& p = report.progress;
  return Json{{"id", self},
              {"step", p.step},
              {"objective", p.objective},
              {"consensus_error", p.consensus_error},
              {"gradient_bound", known(p.gradient_bound)},
              {"relative_error", known(p.relative_error)},
              {"contraction_measured", known(p.contraction_measured)},
              {"contraction_promised", known(p.contraction_promised)},
              {"gossip_steps", report.gossip_steps},
              {"bytes_sent", report.bytes_sent},
              {"control_bytes_sent", report.control_bytes_sent},
              {"elapsed", report.elapsed_s}};
}

double quantile(std::vector<double> values, double at) {
  if (values.empty()) return 0;
  const auto nth =
      values.begin() + static_cast<std::ptrdiff_t>(at * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace

NodeReport::NodeReport(NodeFolder& folder, NodeId self, bool progress_lines)
    : folder_(folder), self_(self), progress_lines_(progress_lines) {}

void NodeReport::heard(const ParticipantReport& report) {
  if (report.progress.step >= next_metric_) {
    folder_.append_metrics(common(self_, report).dump());
    next_metric_ = metric_after(report.progress.step);
  }
  if (progress_lines_ && report.elapsed_s >= next_line_s_) {
    progress_line(report);
    next_line_s_ = report.elapsed_s + 0.2;
  }
}

void NodeReport::progress_line(const ParticipantReport& report) {
  Json line = common(self_, report);
  line["waiting_for"] = report.waiting_for ? Json(*report.waiting_for) : Json(nullptr);
  line["waiting_s"] = report.waiting_s;
  std::fputs((line.dump() + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void NodeReport::finish(const ParticipantResult& result, const DropCounts& drops, int exit_code,
                        const std::string& reason) {
  Json summary{{"id", self_},
               {"status", std::string(to_string(result.status))},
               {"exit_code", exit_code},
               {"reason", reason},
               {"step", result.steps},
               {"steps", result.steps},
               {"gossip_steps", result.gossip_steps},
               {"bytes_sent", result.bytes_sent},
               {"control_bytes_sent", result.control_bytes_sent},
               {"wall_seconds", result.wall_seconds},
               {"objective", result.progress.objective},
               {"gradient_bound", known(result.progress.gradient_bound)},
               {"relative_error", known(result.progress.relative_error)},
               {"step_seconds",
                {{"min", quantile(result.step_seconds, 0)},
                 {"median", quantile(result.step_seconds, 0.5)},
                 {"p99", quantile(result.step_seconds, 0.99)}}},
               {"mixing", mixing_json(result.mixing)},
               {"dropped_frames", drops}};
  summary["switches"] = Json::array();
  for (const auto& s : result.switches)
    summary["switches"].push_back(
        {{"step", s.step}, {"to", s.what}, {"contraction", s.contraction}});
  summary["views"] = Json::array();
  for (const auto& view : result.views)
    summary["views"].push_back({{"members", view.members}, {"step", view.step}});
  folder_.write_summary(summary.dump(2));
}

}  // namespace starling
