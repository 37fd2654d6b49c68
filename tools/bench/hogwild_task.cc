// One side of `starling-bench hogwild`: epochs of single-row steps, each timed, f after each.

#include <boost/program_options.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "consensus/objectives/batch.h"
#include "consensus/objectives/hogwild.h"
#include "consensus/objectives/logistic.h"
#include "node/data/data.h"

namespace po = boost::program_options;

namespace starling {
namespace {

// Seconds on the clock, and of the processor by all threads.
struct Times {
  double wall, busy;
};
Times now() {
  timespec busy{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &busy);
  return {
      std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(),
      static_cast<double>(busy.tv_sec) + 1e-9 * static_cast<double>(busy.tv_nsec)};
}
Times since(const Times& start) {
  const Times end = now();
  return {end.wall - start.wall, end.busy - start.busy};
}

struct Task {
  std::string data, scale, sharing, model;
  std::uint32_t threads = 1, epochs = 10;
  double l2 = 1e-4, step = 1, decay = 1;
};

// Prints {"setup": t, "draws": [t], "steps": [t], "f": [f]}, a time t being [wall, busy]: epoch e
// draws its order, then runs with step * decay^e.
void measure(const Task& task) {
  Dataset set = load_dataset(task.data);
  scale_dataset(set, task.scale);
  const starling_data view = set.view();
  const DataRows rows(&view, "logistic");
  const Times begin = now();
  Hogwild solver(rows, RowLoss::logistic, task.l2, find_sharing(task.sharing), task.threads);
  const Times setup = since(begin);
  BatchSampler sampler(rows.count(), 0);
  std::vector<double> x(rows.columns(), 0.0), values;
  std::vector<Times> draws, steps;
  for (std::uint32_t epoch = 0; epoch < task.epochs; ++epoch) {
    const Times drawn = now();
    const auto& order = sampler.order(1, epoch);
    draws.push_back(since(drawn));
    const double eta = task.step * std::pow(task.decay, epoch);
    const Times start = now();
    solver.run(order, eta, x.data());
    steps.push_back(since(start));
    values.push_back(logistic_gradient(rows, task.l2, x.data(), nullptr));
  }
  std::printf("{\"setup\": [%.9g,%.9g], \"draws\": [", setup.wall, setup.busy);
  for (std::size_t e = 0; e < steps.size(); ++e)
    std::printf("%s[%.9g,%.9g]", e ? "," : "", draws[e].wall, draws[e].busy);
  std::printf("], \"steps\": [");
  for (std::size_t e = 0; e < steps.size(); ++e)
    std::printf("%s[%.9g,%.9g]", e ? "," : "", steps[e].wall, steps[e].busy);
  std::printf("], \"f\": [");
  for (std::size_t e = 0; e < values.size(); ++e) std::printf("%s%.17g", e ? "," : "", values[e]);
  std::printf("]}\n");
  if (!task.model.empty())
    std::ofstream(task.model, std::ios::binary)
        .write(reinterpret_cast<const char*>(x.data()),
               static_cast<std::streamsize>(x.size() * sizeof(double)));
}

Task parse(int argc, char** argv) {
  Task task;
  po::options_description options;
  auto add = options.add_options();
  add("data", po::value(&task.data)->required(), "LIBSVM file");
  add("scale", po::value(&task.scale)->default_value("none"), "as shared.objective.scale");
  add("sharing", po::value(&task.sharing)->required(), "hogwild, atomic, striped, locked");
  add("threads", po::value(&task.threads), "of them");
  add("epochs", po::value(&task.epochs), "passes over the rows");
  add("l2", po::value(&task.l2), "of the objective");
  add("step", po::value(&task.step), "size in the first epoch");
  add("decay", po::value(&task.decay), "its factor from epoch to epoch");
  add("model", po::value(&task.model), "where to write x: doubles");
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
  std::fprintf(stderr, "starling-bench-hogwild: %s\n", error.what());
  return 1;
}
