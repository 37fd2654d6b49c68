// One side of `starling-bench gradient`: full gradients of a built-in objective, each timed.

#include <boost/program_options.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "consensus/objectives/objective.h"
#include "node/data/data.h"
#include "node/error.h"

namespace po = boost::program_options;

namespace starling {
namespace {

struct Task {
  std::string data, labels, scale, kind, config, out;
  std::uint32_t repeats = 10;
};

// Where all sides take their gradient: exact in double, between -0.05 and 0.05.
double point(std::uint64_t k) {
  return 0.1 * (static_cast<double>(k * 2654435761u % 4294967296u) / 4294967296.0 - 0.5);
}

// Prints {"seconds": [s], "value": f} and writes the gradient's doubles to `out`.
void measure(const Task& task) {
  const ObjectiveEntry* entry = find_objective(task.kind);
  if (!entry || !entry->vtable) throw ConfigError("--kind = " + task.kind);
  Dataset set = load_dataset(task.data, task.labels,
                             entry->classifies ? LabelKind::classes : LabelKind::values);
  scale_dataset(set, task.scale);
  const starling_data view = set.view();
  Objective objective(*entry->vtable, {STARLING_OBJECTIVE_ABI, 0, 1, STARLING_FLOAT64,
                                       task.config.c_str(), &view, nullptr});
  std::vector<double> x(objective.dimension()), gradient(x.size());
  for (std::uint64_t k = 0; k < x.size(); ++k) x[k] = point(k);
  double value = objective.gradient(x.data(), gradient.data());
  std::printf("{\"seconds\": [");
  for (std::uint32_t r = 0; r < task.repeats; ++r) {
    const auto start = std::chrono::steady_clock::now();
    value = objective.gradient(x.data(), gradient.data());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("%s%.9g", r ? "," : "", seconds.count());
  }
  std::printf("], \"value\": %.17g}\n", value);
  std::ofstream(task.out, std::ios::binary)
      .write(reinterpret_cast<const char*>(gradient.data()),
             static_cast<std::streamsize>(gradient.size() * sizeof(double)));
}

Task parse(int argc, char** argv) {
  Task task;
  po::options_description options;
  auto add = options.add_options();
  add("data", po::value(&task.data)->required(), "as shared.objective.data");
  add("labels", po::value(&task.labels), "as shared.objective.labels");
  add("scale", po::value(&task.scale)->default_value("none"), "as shared.objective.scale");
  add("kind", po::value(&task.kind)->required(), "of objective");
  add("config", po::value(&task.config)->default_value("{}"), "its own keys, a JSON object");
  add("repeats", po::value(&task.repeats), "timed gradients, after one that is not");
  add("out", po::value(&task.out)->required(), "where to write the gradient");
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, options), given);
  po::notify(given);
  return task;
}

}  // namespace
}  // namespace starling

int main(int argc, char** argv) try {
  starling::measure(starling::parse(argc, argv));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "starling-bench-gradient: %s\n", error.what());
  return 1;
}
