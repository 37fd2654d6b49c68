#include "tools/plan/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "topology/number_text.h"

namespace starling {
namespace {

std::string figure(double value, const char* unit) {
  char text[48];
  std::snprintf(text, sizeof text, "%.3g %s", value, unit);
  return text;
}

std::string duration(double s) {
  if (s < 1e-3) return figure(s * 1e6, "us");
  if (s < 1) return figure(s * 1e3, "ms");
  if (s < 7200) return figure(s, "s");
  return figure(s / 3600, "h");
}

std::string amount(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  int at = 0;
  for (; bytes >= 999.5 && at < 5; ++at) bytes /= 1000;
  return figure(bytes, units[at]);
}

std::string times(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, ratio < 9.95 ? "%.1f" : "%.0f", ratio);
  return text;
}

std::string mixing(const PlanChoice& choice) {
  const std::string name = choice.mixing_steps == 1 && choice.mixer == "plain" ? "one plain"
                           : choice.mixing_steps == 1
                               ? "one " + choice.mixer
                               : std::to_string(choice.mixing_steps) + " " + choice.mixer;
  return name + (choice.mixing_steps == 1 ? " gossip step" : " gossip steps");
}

// What most of a step's time goes into.
std::string bound_by(const Prediction& p) {
  if (p.compute_s >= p.communicate_s && p.compute_s >= p.sync_s) return "computing";
  return p.communicate_s >= p.sync_s ? "communication" : "its fixed work";
}

// Why `other` is slower than `best`: it takes more steps, or longer ones.
std::string why_slower(const Prediction& best, const Prediction& other) {
  const double steps = static_cast<double>(other.steps) / static_cast<double>(best.steps);
  const double step = other.step_seconds / best.step_seconds;
  std::string text = "takes " + times(other.seconds / best.seconds) + " times as long, with ";
  return text + times(steps) + " times the steps and " + times(step) + " times the time of a step";
}

const Prediction* first_where(const PlanRanking& ranking,
                              const std::function<bool(const Prediction&)>& holds) {
  const auto found = std::find_if(ranking.best_first.begin(), ranking.best_first.end(), holds);
  return found == ranking.best_first.end() ? nullptr : &*found;
}

nlohmann::ordered_json entry_json(const Prediction& p) {
  const PlanChoice& c = p.choice;
  return {{"topology", c.graph->name},
          {"degree_max", c.graph->degree_max},
          {"diameter", c.graph->diameter},
          {"weights", c.weights},
          {"mixer", c.mixer},
          {"mixing_steps", c.mixing_steps},
          {"mixing_steps_auto", c.automatic_steps},
          {"algorithm", c.algorithm},
          {"contraction", p.contraction},
          {"rate", p.rate},
          {"steps", p.steps},
          {"gossip_steps", p.gossip_steps},
          {"seconds", p.seconds},
          {"step_seconds", p.step_seconds},
          {"compute_seconds", p.compute_s},
          {"communicate_seconds", p.communicate_s},
          {"sync_seconds", p.sync_s},
          {"bytes", p.bytes},
          {"bytes_per_step", p.traffic.step_bytes()},
          {"bytes_per_look", p.traffic.look_bytes()},
          {"lap_steps", p.traffic.lap_steps()}};
}

std::string padded(std::string text, std::size_t width, bool right) {
  const std::string fill(width - std::min(width, text.size()), ' ');
  return right ? fill + text : text + fill;
}

}  // namespace

std::string reason_for_winner(const PlanRanking& ranking) {
  const Prediction& best = ranking.best_first.front();
  const PlanChoice& c = best.choice;
  std::string text = c.algorithm + " on " + c.graph->name + " with " +
                     (c.graph->schedule ? "its own" : c.weights) + " weights and " + mixing(c) +
                     " a mix wins: " + std::to_string(best.steps) + " steps of " +
                     duration(best.step_seconds) + ", most of it " + bound_by(best);
  const Prediction* algorithm =
      first_where(ranking, [&](const Prediction& p) { return p.choice.algorithm != c.algorithm; });
  const Prediction* graph =
      first_where(ranking, [&](const Prediction& p) { return p.choice.graph != c.graph; });
  if (algorithm)
    text += "; the next algorithm (" + algorithm->choice.algorithm + " on " +
            algorithm->choice.graph->name + ") " + why_slower(best, *algorithm);
  if (graph && graph != algorithm)
    text += "; the next graph (" + graph->choice.graph->name + ", " + graph->choice.algorithm +
            ") " + why_slower(best, *graph);
  return text + ".";
}

std::string plan_table(const PlanRanking& ranking, std::size_t lines) {
  std::vector<std::vector<std::string>> rows{{"#", "topology", "degree", "weights", "mixer", "K",
                                              "algorithm", "steps", "a step", "time", "bytes"}};
  for (std::size_t i = 0; i < std::min(lines, ranking.best_first.size()); ++i) {
    const Prediction& p = ranking.best_first[i];
    rows.push_back({std::to_string(i + 1), p.choice.graph->name,
                    std::to_string(p.choice.graph->degree_max), p.choice.weights, p.choice.mixer,
                    std::to_string(p.choice.mixing_steps), p.choice.algorithm,
                    std::to_string(p.steps), duration(p.step_seconds), duration(p.seconds),
                    amount(static_cast<double>(p.bytes))});
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      std::size_t width = 0;
      for (const auto& other : rows) width = std::max(width, other[column].size());
      const bool words = column == 1 || column == 3 || column == 4 || column == 6;
      line += (column ? "  " : "") + padded(row[column], width, !words);
    }
    text += line + "\n";
  }
  text += "\n" + reason_for_winner(ranking) + "\n";
  text += std::to_string(ranking.best_first.size()) + " combinations ranked";
  if (ranking.without_convergence > 0)
    text += ", " + std::to_string(ranking.without_convergence) +
            " left out: they would not converge at their step size";
  return text + "\n";
}

nlohmann::ordered_json plan_json(const PlanQuestion& question, const PlanRanking& ranking) {
  nlohmann::ordered_json report{{"nodes", question.nodes},
                                {"parameters", question.parameters},
                                {"accuracy", question.accuracy},
                                {"reason", reason_for_winner(ranking)},
                                {"without_convergence", ranking.without_convergence},
                                {"ranking", nlohmann::ordered_json::array()}};
  for (const Prediction& p : ranking.best_first) report["ranking"].push_back(entry_json(p));
  return report;
}

std::string plan_config(const PlanQuestion& question, const Prediction& winner,
                        const std::string& topology_file) {
  const PlanChoice& c = winner.choice;
  const auto number = [](double value) {
    std::string text;
    append_shortest(text, value);
    return text;
  };
  std::string text =
      "# Written by starling-topology plan: predicted " + std::to_string(winner.steps) +
      " steps, " + duration(winner.seconds) + ", " + amount(static_cast<double>(winner.bytes)) +
      ".\n\n[shared]\nname = \"plan\"\nprecision = \"" +
      (question.precision == Precision::float32 ? "float32" : "float64") +
      "\"\nchunk = " + std::to_string(question.chunk_bytes) +
      "\n\n# A stand-in of the size and conditioning that was asked for, with L = 1: put your own "
      "here.\n[shared.objective]\nkind = \"reference_quadratic\"\ndimension = " +
      std::to_string(question.parameters) + "\nkappa = " + number(question.kappa) +
      "\n\n[shared.topology]\nfile = \"" + topology_file +
      "\"\nnodes = " + std::to_string(question.nodes) + "\nweights = \"" + c.weights +
      "\"\n\n[shared.mixing]\nacceleration = \"" + (c.mixer == "plain" ? "none" : c.mixer) +
      "\"\nsteps = " + std::to_string(c.mixing_steps) + "\n\n[shared.algorithm]\nkind = \"" +
      c.algorithm + "\"\n\n[shared.stop]\n";
  if (question.steps > 0) return text + "steps = " + std::to_string(question.steps) + "\n";
  // Room for a start farther off than the rate alone knows of.
  return text + "steps = " + std::to_string(10 * winner.steps) +
         "\ngradient_norm = " + number(question.accuracy) +
         "  # of the whole objective: scale it to yours\n";
}

}  // namespace starling
