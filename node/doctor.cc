#include "node/doctor.h"

#include <algorithm>
#include <cstdio>

#include "node/links/network_rules.h"

namespace starling {

using std::chrono::milliseconds;

namespace {
constexpr std::uint32_t kSmall = 8, kLarge = 4;         // questions
constexpr std::size_t kFiller = kMostControlBytes / 2;  // of a large one
constexpr Instant kRedial = milliseconds(250);

std::vector<std::byte> frame_of(NodeId self, const ProbeBody& body) {
  FrameHeader header;
  header.type = FrameType::PROBE;
  header.sender = self;
  return control_frame(header, encode(body));
}

double seconds(Instant span) { return std::chrono::duration<double>(span).count(); }
}  // namespace

Doctor::Doctor(Options options, Transport& transport)
    : options_(std::move(options)), transport_(transport) {
  for (const NodeId peer : options_.neighbors) {
    Patient patient;
    patient.found.peer = peer;
    patient.found.endpoint = options_.endpoints[peer];
    patient.found.dialled_by_us = options_.self < peer;
    patients_.push_back(std::move(patient));
  }
}

std::vector<Checkup> Doctor::run() {
  const Instant end = transport_.now() + Instant(static_cast<Instant::rep>(options_.limit_s * 1e9));
  const auto done = [&] {
    return std::all_of(patients_.begin(), patients_.end(),
                       [&](const Patient& patient) { return known(patient); });
  };
  while (!done() && transport_.now() < end) {
    call();
    transport_.poll(milliseconds(50), *this);
  }
  // The others may still wait for our answers.
  for (const Instant last = std::min(end, transport_.now() + 2 * kRedial); transport_.now() < last;)
    transport_.poll(milliseconds(50), *this);
  std::vector<Checkup> found;
  for (const Patient& patient : patients_) found.push_back(patient.found);
  return found;
}

bool Doctor::known(const Patient& patient) const {
  if (!patient.found.differs.empty()) return true;
  const Checkup& found = patient.found;
  return patient.answered == kSmall + kLarge &&
         (found.reached_us || found.dialled_by_us || !found.running);
}

Doctor::Patient* Doctor::patient_of(ConnectionId connection) {
  for (Patient& patient : patients_)
    if (patient.connection == connection && connection) return &patient;
  return nullptr;
}

void Doctor::call() {
  const Instant now = transport_.now();
  for (Patient& patient : patients_) {
    if (patient.connection || known(patient)) continue;
    if (patient.dialled_at > Instant(0) && now < patient.dialled_at + kRedial) continue;
    patient.dialled_at = now;
    patient.connection = transport_.dial(patient.found.endpoint);
  }
}

void Doctor::opened(ConnectionId connection) {
  if (Patient* patient = patient_of(connection)) {
    patient->asked = patient->answered;
    ask(*patient);
  }
}

void Doctor::closed(ConnectionId connection, const std::string& reason) {
  Patient* patient = patient_of(connection);
  if (!patient) return;
  patient->connection = 0;
  if (!patient->found.reached) patient->found.why = reason;
}

void Doctor::ask(Patient& patient) {
  if (patient.asked == kSmall + kLarge) return;
  ProbeBody probe;
  probe.id = options_.self;
  probe.number = ++patient.asked;
  probe.shared = options_.shared;
  if (patient.asked > kSmall) probe.filler.assign(kFiller, 'x');
  patient.asked_at = transport_.now();
  transport_.send(patient.connection, frame_of(options_.self, probe), nullptr);
}

void Doctor::answered(Patient& patient, const ProbeBody& answer) {
  if (answer.number != patient.asked || patient.answered == patient.asked) return;
  const Instant span = transport_.now() - patient.asked_at;
  Checkup& found = patient.found;
  patient.answered = answer.number;
  found.running = answer.running;
  Greeting theirs;
  theirs.id = found.peer;
  theirs.shared = answer.shared;
  if (const auto refusal = compare_shared(options_.self, options_.shared, theirs))
    found.differs = refusal->reason;
  if (answer.number <= kSmall && (!found.reached || seconds(span) < found.round_trip_s)) {
    found.round_trip_s = seconds(span);
    found.clock_s = answer.clock_s - (wall_clock_s() - found.round_trip_s / 2);
  }
  if (answer.number > kSmall)
    found.bytes_per_s = std::max(found.bytes_per_s, static_cast<double>(kFiller) / seconds(span));
  found.reached = true;
  ask(patient);
}

void Doctor::received(ConnectionId connection, ReceivedBytes head, ReceivedBytes payload) {
  const DecodedFrame frame = decode(head.bytes(), payload.bytes());
  if (!frame || verify(frame, head.bytes()) != FrameError::none)
    return transport_.close(connection);
  const auto calls = [&](NodeId id) {
    for (Patient& patient : patients_)
      if (patient.found.peer == id && transport_.speaks_for(connection, id))
        patient.found.reached_us = true;
  };
  if (frame.header.type == FrameType::HELLO) {  // of a run: it will try again
    if (const auto hello = decode_greeting(frame.payload)) calls(hello->id);
    return transport_.close(connection);
  }
  Patient* patient = patient_of(connection);
  if (frame.header.type == FrameType::REFUSE && patient) {
    const auto refusal = decode_refusal(frame.payload);
    patient->found.differs = refusal ? refusal->reason : "a REFUSE that cannot be read";
    return transport_.close(connection);
  }
  const auto probe =
      frame.header.type == FrameType::PROBE ? decode_probe(frame.payload) : std::nullopt;
  if (!probe) return transport_.close(connection);
  if (probe->answer) {
    if (patient) answered(*patient, *probe);
    return;
  }
  calls(probe->id);
  const ProbeBody answer = answer_to(*probe, options_.self, false, options_.shared);
  transport_.send(connection, frame_of(options_.self, answer), nullptr);
}

bool healthy(const Checkup& checkup) { return checkup.reached && checkup.differs.empty(); }

std::string describe(const Checkup& c) {
  const std::string node = "node " + std::to_string(c.peer);
  std::string text = node + " at " + c.endpoint + ": ";
  const std::string entry = "[[node]] id = " + std::to_string(c.peer);
  if (!c.differs.empty())
    return text + c.differs + "; make them the same, or start the nodes of one run only";
  if (!c.reached) {
    text += c.why.empty() ? "no answer" : c.why;
    if (c.why.starts_with("handshake failed"))
      text += "; compare public_key of " + entry + " with what starling-topology keys wrote";
    else
      text += "; is it started there, with --check or in a run? if so, mend listen of " + entry +
              " or let its port through";
  } else {
    char figures[160];
    std::snprintf(figures, sizeof figures,
                  "reached, %s; round trip %.3g ms, at least %.3g MB/s, its clock %+.3g ms",
                  c.running ? "in a run" : "checking", 1e3 * c.round_trip_s, c.bytes_per_s / 1e6,
                  1e3 * c.clock_s);
    text += figures;
  }
  if (c.reached_us) return text + "; it reaches this node";
  if (c.dialled_by_us) return text;  // in a run it need not
  return text + "; it has not called this node, which it does in a run: check there, too";
}

}  // namespace starling
