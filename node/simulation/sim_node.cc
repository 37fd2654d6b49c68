#include "node/simulation/sim_node.h"

#include "node/ending.h"
#include "node/node_options.h"
#include "node/simulation/virtual_gradients.h"

namespace starling {

SimNode::SimNode(Options options, const Config& config, const Experiment& experiment,
                 Objective& objective, EventQueue& events, SimNetwork& network, FrameWatch& watch)
    : options_(std::move(options)),
      config_(config),
      experiment_(experiment),
      objective_(objective),
      events_(events),
      network_(network),
      watch_(watch),
      fiber_([this] { live(); }),
      transport_(options_.transport, events, network, [this] { fiber_.resume(); }) {}

void SimNode::kill(bool silent) {
  silent_ = silent;
  transport_.kill();
}

void SimNode::terminate() {
  signal_ = SIGTERM;
  transport_.wake();
}

void SimNode::live() {
  ending_.node = options_.self;
  ending_.start = options_.start;
  watch_.starts(options_.self);
  try {
    moved_at_ = events_.now();
    NetworkOptions network_setup = network_options(config_, options_.self, options_.instance);
    ParticipantOptions setup = participant_options(config_, experiment_, options_.self);
    options_.customize(network_setup, setup);
    setup.signal = &signal_;
    setup.begun = [this](const BegunView& view) { begins(view); };
    Facts facts(experiment_.graph);
    Network network(std::move(network_setup), facts, transport_);
    Pump pump(network, transport_,
              std::make_unique<VirtualGradients>(
                  transport_, options_.gradient_s,
                  RandomStream(options_.seed, Purpose::simulation, 1 + options_.self,
                               0x10000 + options_.start)));
    Participant participant(std::move(setup), facts, network, pump, transport_, pool_);
    try {
      if (config_.shared.precision == Precision::float32)
        take_part<float>(participant);
      else
        take_part<double>(participant);
    } catch (const std::exception& error) {
      ending_.code = exit_code(exit_code_of(error));
      ending_.reason = error.what();
      participant.leave_failed(ending_.code, ending_.reason);
    }
    ending_.drops = network.drops();
  } catch (const NodeKilled&) {
    ending_.code = -1;
  }
  ending_.at_s = seconds_since_start();
  network_.detach(options_.self, silent_);
}

double SimNode::seconds_since_start() const {
  return std::chrono::duration<double>(events_.now() - EventQueue::kStart).count();
}

void SimNode::begins(const BegunView& view) {
  watch_.begins(options_.self, view.view.id);
  ending_.views.push_back({view.view.id,
                           view.view.members,
                           view.step,
                           std::make_shared<const Agreement>(view.agreement),
                           std::make_shared<const Settings>(view.settings),
                           {view.model.begin(), view.model.end()},
                           view.resumed ? std::optional(*view.resumed) : std::nullopt,
                           seconds_since_start()});
}

template <class Real>
void SimNode::take_part(Participant& participant) {
  const Agreement agreement = participant.join(objective_);
  ending_.result = participant.run<Real>(
      agreement,
      [this](const ParticipantReport& now) {
        if (now.progress.step != step_) moved_at_ = events_.now();
        step_ = now.progress.step;
        waiting_for_ = now.waiting_for;
      },
      [this](Peer<Real>& peer) {
        const auto& x = peer.state("x");
        const auto bytes =
            std::as_bytes(std::span<const Real>(x.data(), static_cast<std::size_t>(x.size())));
        ending_.model.assign(bytes.begin(), bytes.end());
      });
  ending_.code = exit_code(exit_code_of_status(to_string(ending_.result.status)));
  ending_.reason = ending_.result.reason;
}

}  // namespace starling
