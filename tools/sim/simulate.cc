#include "tools/sim/simulate.h"

#include <chrono>
#include <cmath>
#include <cstdio>

#include "consensus/lockstep.h"
#include "node/exit_code.h"
#include "node/files/contraction_file.h"
#include "node/files/mixing_json.h"
#include "node/files/run_folder.h"
#include "tools/sim/summarize.h"

namespace starling {

namespace {

using Clock = std::chrono::steady_clock;

// Each node keeps a metrics file open: of larger clusters only the first nodes have one.
constexpr std::uint32_t kMostMetrics = 256;

Json known(double value) { return value < 0 ? Json(nullptr) : Json(value); }

// Every step at first, then every tenth, every hundredth.
bool recorded(std::uint64_t step) {
  return step < 100 || (step < 1000 ? step % 10 == 0 : step % 100 == 0);
}

template <class Real>
class Simulation {
 public:
  Simulation(Cluster& cluster, const SimulateOptions& options)
      : cluster_(cluster),
        options_(options),
        executor_(cluster.config.shared, cluster.agreement, pointers(cluster)) {
    if (const auto planned = planned_switch(cluster)) executor_.plan_switches({planned});
    if (!options.out) return;
    RunFolder folder(*options.out);
    folder.write_config(cluster.config);
    folder.write_topology(cluster.experiment.graph, cluster.experiment.schedule.get());
    for (std::uint32_t i = 0; i < std::min(cluster.nodes(), kMostMetrics); ++i)
      metrics_.push_back(std::make_unique<NodeFolder>(*options.out, i));
    if (cluster.nodes() > kMostMetrics)
      std::fprintf(stderr, "starling-sim: metrics.jsonl is written for the first %u nodes only\n",
                   kMostMetrics);
  }

  std::vector<NodeResult> run() {
    executor_.on_step([this](std::uint64_t step) { watch(step); });
    status_ = executor_.run();
    elapsed_ = seconds();
    if (options_.progress) std::fputs("\r\033[K", stderr);
    metrics_.clear();
    std::vector<NodeResult> results;
    for (std::uint32_t i = 0; i < cluster_.nodes(); ++i) results.push_back(collect(i));
    return results;
  }

 private:
  static std::vector<Objective*> pointers(Cluster& cluster) {
    std::vector<Objective*> all;
    for (std::uint32_t i = 0; i < cluster.nodes(); ++i) all.push_back(&cluster.objective(i));
    return all;
  }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  void watch(std::uint64_t step) {
    const double limit = cluster_.config.shared.stop.seconds, now = seconds();
    if (limit > 0 && now >= limit) executor_.runner(0).wish(Ride::kWishBudget);
    if (options_.signal && *options_.signal) executor_.runner(0).wish(Ride::kWishStop);
    if (recorded(step))
      for (std::uint32_t i = 0; i < metrics_.size(); ++i)
        metrics_[i]->append_metrics(figures(i, now).dump());
    if (!options_.progress || now < next_line_) return;
    const Progress& p = executor_.runner(0).progress();
    std::fprintf(stderr, "\rstep %llu of %llu  objective %.9g  consensus error %.3g\033[K",
                 static_cast<unsigned long long>(step),
                 static_cast<unsigned long long>(cluster_.config.shared.stop.steps), p.objective,
                 p.consensus_error);
    next_line_ = now + 0.1;
  }

  // One line of metrics.jsonl, and the heart of summary.json.
  Json figures(std::uint32_t i, double elapsed) {
    const Progress& p = executor_.runner(i).progress();
    return Json{{"id", i},
                {"step", p.step},
                {"objective", p.objective},
                {"consensus_error", p.consensus_error},
                {"gradient_bound", known(p.gradient_bound)},
                {"relative_error", known(p.relative_error)},
                {"contraction_measured", known(p.contraction_measured)},
                {"contraction_promised", known(p.contraction_promised)},
                {"gossip_steps", executor_.peer(i).gossip_steps()},
                {"bytes_sent", 0},
                {"control_bytes_sent", 0},
                {"elapsed", elapsed}};
  }

  Json switches(std::uint32_t i) {
    const auto& made = executor_.runner(i).switched();
    if (!made) return Json::array();
    return Json::array({{{"step", made->at_step},
                         {"to", made->what},
                         {"contraction", made->agreement.mix.contraction}}});
  }

  NodeResult collect(std::uint32_t i) {
    const Vector<Real>& x = executor_.model(i);
    Json summary = figures(i, elapsed_);
    summary.erase("elapsed");
    summary["switches"] = switches(i);
    const MixingReport mixing = executor_.runner(i).mixing();
    summary["mixing"] = mixing_json(mixing);
    summary["reason"] =
        executor_.runner(i).unmended() ? Json(mixing.mismatches.back().what) : Json("");
    summary["status"] = std::string(to_string(status_));
    summary["steps"] = summary["step"];
    summary["wall_seconds"] = elapsed_;
    Json members = Json::array();
    for (std::uint32_t j = 0; j < cluster_.nodes(); ++j) members.push_back(j);
    summary["views"] = {{{"members", std::move(members)}, {"step", 0}}};
    summary["exit_code"] = exit_code(exit_code_of_status(to_string(status_)));
    NodeResult result;
    if (options_.out) {
      const NodeFolder folder(*options_.out, i, NodeFolder::Metrics::append);
      folder.write_samples(cluster_.experiment.rows[i]);
      folder.write_model(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
      write_contraction(folder.file("contraction.safetensors"),
                        executor_.peer(i).recorder().records());
      folder.write_summary(summary.dump(2) + "\n");
    }
    result.model.emplace(x.data(), x.data() + x.size());
    result.contraction = executor_.peer(i).recorder().records();
    result.samples = cluster_.experiment.rows[i].size();
    result.summary = std::move(summary);
    return result;
  }

  Cluster& cluster_;
  const SimulateOptions& options_;
  Lockstep<Real> executor_;
  std::vector<std::unique_ptr<NodeFolder>> metrics_;
  RunStatus status_ = RunStatus::failed;
  const Clock::time_point begin_ = Clock::now();
  double elapsed_ = 0, next_line_ = 0.2;
};

template <class Real>
std::vector<NodeResult> run(Cluster& cluster, const SimulateOptions& options) {
  return Simulation<Real>(cluster, options).run();
}

}  // namespace

Json simulate(const Config& config, const SimulateOptions& options) {
  const auto cluster = make_cluster(config);
  const bool single = config.shared.precision == Precision::float32;
  const bool exact = !single && config.shared.attack.kind != "label_flip";
  const auto results = single ? run<float>(*cluster, options) : run<double>(*cluster, options);
  Json summary = exact ? summarize(*cluster, results) : summarize(*exact_cluster(config), results);
  if (options.out) RunFolder(*options.out).write_summary(summary.dump(2) + "\n");
  return summary;
}

}  // namespace starling
