#include "node/views/switching.h"

#include <xxhash.h>

#include <cmath>
#include <filesystem>

#include "node/config/switch_plan.h"
#include "node/error.h"
#include "node/files/text_file.h"
#include "node/setup/configured_graph.h"

namespace starling {

namespace {

constexpr Instant kLookEvery = std::chrono::milliseconds(100);
constexpr std::uint64_t kMostBytes = 64 * 1024;  // it is flooded in one control frame

std::uint64_t key_of(const Proposal& p) {
  const std::uint64_t order[] = {p.sequence, p.origin};
  return XXH3_64bits_withSeed(p.text.data(), p.text.size(), XXH3_64bits(order, sizeof order));
}

std::string describe_topology(const TopologySettings& t) {
  return (t.file.empty() ? "kind = " + t.kind : "file = " + t.file) + ", weights = " + t.weights;
}

}  // namespace

Switching::Switching(Options options, const Agreement& agreement, Facts& facts, Network& network,
                     Pump& pump)
    : options_(std::move(options)),
      stationary_(agreement.matrix.stationary),
      objective_scale_(agreement.objective_scale),
      facts_(facts),
      network_(network),
      pump_(pump),
      seen_(facts.in_force()),
      in_use_(agreement.matrix.graph) {}

std::string request_in(const std::string& file) {
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return {};
  return read_text_file(file, "local.switch_file", kMostBytes);
}

void Switching::look(std::unique_lock<std::mutex>& lock, Instant now) {
  if (now - looked_at_ < kLookEvery) return;
  looked_at_ = now;
  if (options_.request) read_request();
  try {
    newer_ = facts_.proposal() != seen_;
    if (newer_ && !entered_) prepare(lock);
    if (prepared_ && !ready_) make_ready();
  } catch (const std::runtime_error& error) {
    prepared_.reset();
    network_.prepare(in_use_);
    options_.say(std::string("switch refused: ") + error.what());
  }
}

// What cannot be read, half written perhaps, is looked at again.
void Switching::read_request() {
  std::string text;
  try {
    text = options_.request();
    if (text.empty() || text == read_) return;
    read_ = text;
    const Settings then = switched_settings(options_.settings, text);
    configured_topology(then.topology);
  } catch (const std::runtime_error& error) {
    return options_.say(std::string("switch refused: ") + error.what());
  }
  if (text == facts_.proposal().text) return;  // another node has read the same file
  facts_.merge_proposal({facts_.proposal().sequence + 1, options_.self, text});
  network_.facts_changed();
}

void Switching::prepare(std::unique_lock<std::mutex>& lock) {
  seen_ = facts_.proposal();
  newer_ = false;
  prepared_.reset();
  ready_.reset();
  Preparation next;
  next.key = key_of(seen_);
  next.settings = switched_settings(options_.settings, seen_.text);
  std::vector<double> samples;
  for (NodeId i = 0; i < facts_.graph().nodes(); ++i)
    samples.push_back(static_cast<double>(facts_.samples(i)));
  lock.unlock();  // weights and spectrum take a while: the stand-in beats meanwhile
  std::exception_ptr failed;
  NodeRecord record;
  Graph links;
  try {
    ConfiguredTopology topology = configured_topology(next.settings.topology);
    links = topology.graph;
    next.mixing = make_mixing(next.settings, links, std::move(topology.schedule), samples);
    require_same_mean(next.mixing);
    record = rounded(propose(next.settings, next.mixing, options_.constants, options_.self),
                     options_.rounding);
  } catch (...) {
    failed = std::current_exception();
  }
  lock = pump_.lock();  // the stand-in gives way to nothing else
  if (failed) std::rethrow_exception(failed);
  facts_.add_edges(links);
  std::vector<Edge> wanted = links.edge_list();
  for (const Edge& edge : in_use_.edge_list())
    if (!links.adjacent(edge.u, edge.v)) wanted.push_back(edge);
  network_.prepare(Graph::from_edges(links.nodes(), std::move(wanted)));
  facts_.merge_next(options_.self,
                    {next.key, (seen_.sequence << 20) + seen_.origin, 0, true, record});
  network_.facts_changed();
  prepared_ = std::move(next);
  options_.say("preparing to switch to " + describe_topology(prepared_->settings.topology));
}

void Switching::require_same_mean(const Mixing& mixing) const {
  const auto same = [](const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (std::abs(a[i] - b[i]) > 1e-12) return false;
    return true;
  };
  if (same(mixing.matrix.stationary, stationary_) && same(mixing.objective_scale, objective_scale_))
    return;
  throw SettingsError(
      "shared.topology: with unequal shards a static graph averages samples and a changing one "
      "nodes; the mean would move");
}

void Switching::make_ready() {
  const NodeId nodes = facts_.graph().nodes();
  std::vector<NodeRecord> records;
  for (NodeId i = 0; i < nodes; ++i) {
    const auto& next = facts_.next(i);
    if (!next || next->view != prepared_->key) return;
    records.push_back(next->record);
  }
  const Graph& links = prepared_->mixing.matrix.graph;
  for (const NodeId j : links.neighbors(options_.self))
    if (!network_.in_session(j)) return;
  // All its edges, so that none still goes up, and with it the view changes, once it is in force.
  for (const Edge& edge : links.edge_list())
    if (!facts_.edge(facts_.edge_index(edge.u, edge.v)).up()) return;
  auto planned = std::make_shared<PlannedSwitch>();
  planned->agreement = agree(prepared_->settings, prepared_->mixing, records);
  planned->digest = prepared_->key | 1;
  planned->at_step = prepared_->settings.topology.from_step;
  planned->what = describe_topology(prepared_->settings.topology);
  ready_ = std::move(planned);
}

std::shared_ptr<const PlannedSwitch> Switching::next(bool taken) {
  if (taken && entered_) {
    made_ = seen_;
    options_.settings = prepared_->settings;
    in_use_ = entered_->agreement.matrix.graph;
    prepared_.reset();
    ready_.reset();
  }
  entered_ = newer_ ? nullptr : ready_;
  return entered_;
}

}  // namespace starling
