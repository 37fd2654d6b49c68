#include "tools/topology/plan.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tools/plan/report.h"
#include "tools/topology/plan_options.h"
#include "topology/edge_list.h"
#include "topology/schedule_file.h"

namespace starling {
namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error(path.string() + ": cannot be written");
}

void write_winner(const std::string& folder, const PlanQuestion& question,
                  const Prediction& winner) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path out(folder);
  const PlanGraph& graph = *winner.choice.graph;
  const std::string comment = "plan " + graph.name;
  write_file(out / "topology.edges",
             graph.schedule ? write_schedule(*graph.schedule, graph.rounds.size(), comment)
                            : write_edge_list(graph.graph, nullptr, comment));
  write_file(out / "config.toml", plan_config(question, winner, "topology.edges"));
  std::cerr << "written: " << (out / "topology.edges").string() << ", "
            << (out / "config.toml").string() << "\n";
}

}  // namespace

void plan(const TopologyOptions& options) {
  const PlanQuestion question = plan_question(options);
  const PlanRanking ranking = rank_plans(question);
  if (ranking.best_first.empty())
    throw UsageError("plan: none of the " + std::to_string(ranking.without_convergence) +
                     " combinations converges; allow others with --topologies, --weights, "
                     "--algorithms");
  if (options.json)
    std::cout << plan_json(question, ranking).dump(2) << "\n" << std::flush;
  else
    std::cout << plan_table(ranking) << std::flush;
  if (!std::cout) throw std::runtime_error("standard output: cannot be written");
  const auto output = options.plan.find("output");
  if (output != options.plan.end()) write_winner(output->second, question, ranking.best_first[0]);
}

}  // namespace starling
