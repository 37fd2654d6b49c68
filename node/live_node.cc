#include "node/live_node.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <xxhash.h>

#include <random>

#include "node/config/fingerprint.h"
#include "node/cpus.h"
#include "node/ending.h"
#include "node/error.h"
#include "node/exchange/zmq_transport.h"
#include "node/exit_code.h"
#include "node/files/checkpoint_folder.h"
#include "node/files/contraction_file.h"
#include "node/hangup.h"
#include "node/keys/node_keys.h"
#include "node/memory.h"
#include "node/node_options.h"
#include "node/node_report.h"

namespace starling {

namespace {

// Warnings and errors to stderr, everything to node-<i>/log.txt; each line names the node.
std::shared_ptr<spdlog::logger> make_log(const NodeFolder& folder, std::uint32_t id) {
  auto to_file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(folder.file("log.txt"), true);
  auto to_stderr = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  to_stderr->set_level(spdlog::level::warn);
  auto log = std::make_shared<spdlog::logger>("node " + std::to_string(id),
                                              spdlog::sinks_init_list{to_file, to_stderr});
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %n: %v");
  to_stderr->set_pattern("%n: %v");
  log->flush_on(spdlog::level::info);
  return log;
}

// Names this start of the process; two processes of one id never share it.
std::string random_instance() {
  std::random_device device;
  std::string text;
  for (int word = 0; word < 4; ++word) {
    char hex[9];
    std::snprintf(hex, sizeof hex, "%08x", device());
    text += hex;
  }
  return text;
}

// What must be as it was where a run goes on from a checkpoint; it may be asked to go on for
// longer.
std::uint64_t digest_of(const Config& config, std::uint32_t id) {
  std::string text = "checkpoint 1 of node " + std::to_string(id) + "\n";
  for (const auto& [key, value] : shared_values(config))
    if (key.starts_with("shared.") && !key.starts_with("shared.membership.") &&
        key != "shared.stop.steps" && key != "shared.stop.seconds")
      text += key + " = " + value + "\n";
  return XXH3_64bits(text.data(), text.size());
}

// A run under way: what main's exception handlers still need to say goodbye.
struct Run {
  Run(const Config& config, const Experiment& experiment, const LiveNodeOptions& options,
      const NodeFolder& folder, spdlog::logger& log)
      : facts(experiment.graph),
        transport(node_address(config, options.id).listen, zmq_options(config, options.id)),
        network(network_options(config, options.id, random_instance()), facts, transport),
        pump(network, transport) {
    ParticipantOptions p = participant_options(config, experiment, options.id);
    p.awaited = options.awaited;
    p.apart = options.apart;
    p.say = [&log](const std::string& text) { log.info("{}", text); };
    p.kill_at = options.kill_at;
    if (p.adoption)
      p.begun = [&folder, adoption = p.adoption](const BegunView&) {
        folder.write_samples(adoption->rows());
      };
    if (config.shared.membership.checkpoint_every > 0)
      p.checkpoints = std::make_shared<CheckpointFolder>(
          folder.file("checkpoints"), digest_of(config, options.id), config.shared.precision,
          [&log](const std::string& text) { log.warn("{}", text); });
    p.signal = options.signal;
    participant.emplace(std::move(p), facts, network, pump, transport, pool);
  }
  // Addresses and keys of the same nodes, from now on; our own pair stays until the next start.
  // Errors    ConfigError when they are not the same nodes, or some have keys and some have not.
  void readdress(const Config& before, const Config& now, std::uint32_t id) {
    if (endpoints_of(now).size() != endpoints_of(before).size() ||
        now.nodes.size() != before.nodes.size() || encrypted(now) != encrypted(before))
      throw ConfigError(now.file +
                        ": the address book may change addresses and keys of the nodes it has, no "
                        "more while they run");
    auto keys = key_book(now, id);
    Config changed = before;
    changed.nodes = now.nodes;
    network.readdress({endpoints_of(now), shared_values(changed), std::move(keys)});
  }

  // What was dropped, by reason: frames and whole connections.
  DropCounts drops() const {
    DropCounts all = network.drops();
    const ZmqCounters counted = transport.counters();
    const auto add = [&](const char* reason, std::uint64_t times) {
      if (times > 0) all[reason] += times;
    };
    add("a connection refused: unknown key", counted.unknown_keys);
    add("a connection ended: no handshake", counted.failed_handshakes);
    add("a connection ended: a stranger for too long", counted.overdue_strangers);
    add("a connection ended: it never had a session", counted.never_trusted);
    add("a connection ended: the eldest of too many strangers", counted.crowded_out);
    add("a connection ended: a message without an end", counted.endless_messages);
    add("a message of another form", counted.malformed_messages);
    add("a frame that found its pipe full", counted.full_pipes);
    return all;
  }

  Pool pool;  // outlives the transport: frames on their way refer to its buffers
  Facts facts;
  ZmqTransport transport;
  Network network;
  Pump pump;
  std::optional<Participant> participant;
};

template <class Real>
ParticipantResult run_program_of(Run& run, Objective& objective, NodeFolder& folder,
                                 NodeReport& report, spdlog::logger& log) {
  const Agreement agreement = run.participant->join(objective);
  log.info(
      "running: nodes={} mixing_steps={} contraction={:.4g} step_size={:.6g} smoothness={:.6g} "
      "strong_convexity={:.6g}",
      agreement.matrix.graph.nodes(), agreement.mix.steps(), agreement.mix.contraction,
      agreement.step_size, agreement.constants.smoothness, agreement.constants.strong_convexity);
  const WeightNote& note = agreement.matrix.note;
  log.info("weights={}{}{}", note.rule, note.why.empty() ? "" : ": ", note.why);
  std::size_t told = 0;
  bool estimated = false;
  const auto tell = [&](std::span<const Mismatch> mismatches, const SpectrumEstimate* estimate) {
    if (estimate && !std::exchange(estimated, true))
      log.info("spectrum by gossip: lambda_2={:.6g} lambda_n={:.6g} after {} gossip steps",
               estimate->lambda_2, estimate->lambda_n, estimate->gossip_steps);
    for (; told < mismatches.size(); ++told)
      log.warn("step {}: {}", mismatches[told].step, mismatches[told].what);
  };
  ParticipantResult result = run.participant->run<Real>(
      agreement,
      [&](const ParticipantReport& now) {
        tell(now.mismatches, now.estimate);
        report.heard(now);
      },
      [&](Peer<Real>& peer) {
        const auto& x = peer.state("x");
        folder.write_model(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
        write_contraction(folder.file("contraction.safetensors"), peer.recorder().records());
      });
  const auto& mixing = result.mixing;
  tell(mixing.mismatches, mixing.estimate ? &*mixing.estimate : nullptr);
  return result;
}

}  // namespace

int run_live_node(const Config& config, const LiveNodeOptions& options) {
  stay_on(config.local.cpus);
  Experiment experiment = make_experiment(config);
  const auto local = make_objective(config, experiment, options.id);
  release_rows(config, experiment);
  tune_malloc();
  NodeFolder folder(options.out, options.id);
  const auto log = make_log(folder, options.id);
  NodeReport report(folder, options.id, options.progress_lines);
  folder.write_samples(experiment.rows[options.id]);
  Run run(config, experiment, options, folder, *log);
  log->info("listening on {}, samples={}, {}", run.transport.bound_endpoint(),
            experiment.samples[options.id], describe_keys(config, options.id));
  const HangupWatch on_hangup([&] {
    try {
      run.readdress(config, options.reload(), options.id);
      log->info("the address book was read again");
    } catch (const std::exception& error) {
      log->warn("the address book stays as it was: {}", error.what());
    }
  });

  // Whatever ends this node badly: one line here, DONE with the reason to the neighbors, a summary
  // if the disk allows.
  const auto fail = [&](int code, const std::string& reason) {
    log->error("{}", reason);
    run.participant->leave_failed(code, reason);
    const ParticipantResult nothing;
    try {
      report.finish(nothing, run.drops(), code, reason);
    } catch (const RunError& second) {
      log->error("{}", second.what());
    }
    return code;
  };
  try {
    const ParticipantResult result =
        config.shared.precision == Precision::float32
            ? run_program_of<float>(run, *local->objective, folder, report, *log)
            : run_program_of<double>(run, *local->objective, folder, report, *log);
    const std::string status(to_string(result.status));
    const int code = exit_code(exit_code_of_status(status));
    if (code == 1) log->error("{}", result.reason);
    report.finish(result, run.drops(), code, result.reason);
    log->info("{}: steps={} wall_seconds={:.3f}", status, result.steps, result.wall_seconds);
    return code;
  } catch (const std::exception& error) {
    const ExitCode code = exit_code_of(error);
    if (code == ExitCode::lost && options.signal && *options.signal)
      return fail(signal_exit_code(*options.signal), error.what());
    return fail(exit_code(code), error.what());
  }
}

}  // namespace starling
