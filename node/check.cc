#include "node/check.h"

#include <algorithm>
#include <cstdio>

#include "node/config/fingerprint.h"
#include "node/doctor.h"
#include "node/exchange/zmq_transport.h"
#include "node/exit_code.h"
#include "node/keys/node_keys.h"
#include "node/node_options.h"

namespace starling {

int check_node(const Config& config, std::uint32_t id) {
  const Experiment experiment = make_experiment(config);
  make_objective(config, experiment, id);
  std::puts(describe_keys(config, id).c_str());
  std::puts("the configuration can be run");
  if (config.nodes.empty()) return exit_code(ExitCode::done);
  std::fflush(stdout);
  ZmqTransport transport(node_address(config, id).listen, zmq_options(config, id));
  const auto neighbors = experiment.graph.neighbors(id);
  Doctor doctor(
      {id, shared_values(config), endpoints_of(config), {neighbors.begin(), neighbors.end()}},
      transport);
  const std::vector<Checkup> found = doctor.run();
  for (const Checkup& checkup : found) std::puts(describe(checkup).c_str());
  const bool differ =
      std::any_of(found.begin(), found.end(), [](const Checkup& c) { return !c.differs.empty(); });
  if (differ) return exit_code(ExitCode::usage);
  return exit_code(std::all_of(found.begin(), found.end(), healthy) ? ExitCode::done
                                                                    : ExitCode::lost);
}

}  // namespace starling
