#include "node/links/messages.h"

#include <nlohmann/json.hpp>

namespace starling {

namespace {

using Json = nlohmann::json;

// Parses and reads a body; whatever does not fit (size, syntax, a missing key, a wrong type) is
// nullopt.
template <class Body, class Read>
std::optional<Body> parse(std::span<const std::byte> bytes, Read read) {
  if (bytes.size() > kMostControlBytes) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const Json json = Json::parse(text, text + bytes.size(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    Body body;
    read(json, body);
    return body;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

// Strictly a number that fits: nlohmann would convert 1e300 or -1 in silence.
template <class T>
T whole(const Json& json) {
  if (!json.is_number_unsigned()) throw Json::type_error::create(302, "not a whole number", &json);
  const auto value = json.get<std::uint64_t>();
  if (value > std::numeric_limits<T>::max())
    throw Json::out_of_range::create(406, "too large", &json);
  return static_cast<T>(value);
}

double number(const Json& json) {
  if (!json.is_number()) throw Json::type_error::create(302, "not a number", &json);
  return json.get<double>();
}

// JSON has no infinity, which is what an unknown smoothness is: null stands for it.
double number_or_infinite(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::infinity() : number(json);
}

bool truth(const Json& json) {
  if (!json.is_boolean()) throw Json::type_error::create(302, "not a truth value", &json);
  return json.get<bool>();
}

const std::string& text_of(const Json& json) { return json.get_ref<const std::string&>(); }

Json record_json(const NodeRecord& r) {
  return Json::array({r.gap_2, r.lambda_n, static_cast<std::uint64_t>(r.mixing_steps),
                      r.constants.smoothness, r.constants.strong_convexity,
                      r.constants.global_smoothness, r.constants.global_strong_convexity});
}

NodeRecord record_of(const Json& json) {
  if (!json.is_array() || json.size() != 7)
    throw Json::type_error::create(302, "not a record", &json);
  NodeRecord r;
  r.gap_2 = number(json[0]);
  r.lambda_n = number(json[1]);
  r.mixing_steps = whole<std::uint16_t>(json[2]);
  r.constants = {number_or_infinite(json[3]), number(json[4]), number_or_infinite(json[5]),
                 number(json[6])};
  return r;
}

Json prepared_json(const Prepared& p) {
  Json held = Json::array();
  for (const HeldSnapshot& h : p.held) held.push_back({h.step, h.view});
  return {{"view", p.view},   {"age", p.age}, {"step", p.step},
          {"begun", p.begun}, {"held", held}, {"record", record_json(p.record)}};
}

Prepared prepared_of(const Json& json) {
  Prepared p{whole<std::uint64_t>(json.at("view")), whole<std::uint64_t>(json.at("age")),
             whole<std::uint64_t>(json.at("step")), truth(json.at("begun")),
             record_of(json.at("record")),          {}};
  const Json& held = json.at("held");
  if (held.size() > kMostHeld) throw Json::out_of_range::create(406, "too many snapshots", &held);
  for (const Json& h : held)
    p.held.push_back({whole<std::uint64_t>(h.at(0)), whole<std::uint64_t>(h.at(1))});
  return p;
}

Json proposal_json(const Proposal& p) { return {p.sequence, p.origin, p.text}; }

Proposal proposal_of(const Json& json) {
  return {whole<std::uint64_t>(json.at(0)), whole<NodeId>(json.at(1)), text_of(json.at(2))};
}

void put_word(std::string& out, std::uint64_t word) {
  for (int b = 0; b < 8; ++b) out.push_back(static_cast<char>(word >> (8 * b)));
}

std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t index) {
  std::uint64_t word = 0;
  for (std::size_t b = 0; b < 8; ++b)
    word |= static_cast<std::uint64_t>(bytes[8 * index + b]) << (8 * b);
  return word;
}

}  // namespace

std::string encode(const Greeting& body) {
  Json expected = Json::array();
  for (const auto& e : body.expected) expected.push_back({e.stream, e.position});
  return Json{{"id", body.id},         {"instance", body.instance}, {"nonce", body.nonce},
              {"window", body.window}, {"counter", body.counter},   {"view", body.view},
              {"begun", body.begun},   {"heals", body.heals},       {"shared", body.shared},
              {"expected", expected},  {"done", body.done}}
      .dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<Greeting> decode_greeting(std::span<const std::byte> bytes) {
  return parse<Greeting>(bytes, [](const Json& json, Greeting& body) {
    body.id = whole<NodeId>(json.at("id"));
    body.instance = text_of(json.at("instance"));
    body.nonce = whole<std::uint64_t>(json.at("nonce"));
    body.window = whole<std::uint32_t>(json.at("window"));
    body.counter = whole<std::uint32_t>(json.at("counter"));
    body.view = whole<std::uint64_t>(json.at("view"));
    body.begun = truth(json.at("begun"));
    body.heals = truth(json.at("heals"));
    for (const auto& [key, value] : json.at("shared").items()) body.shared[key] = text_of(value);
    for (const Json& e : json.at("expected"))
      body.expected.push_back({whole<std::uint32_t>(e.at(0)), whole<std::uint32_t>(e.at(1))});
    body.done = whole<std::uint32_t>(json.at("done"));
  });
}

std::string encode(const Refusal& body) {
  return Json{{"code", body.code}, {"reason", body.reason}}.dump(-1, ' ', true,
                                                                 Json::error_handler_t::replace);
}

std::optional<Refusal> decode_refusal(std::span<const std::byte> bytes) {
  return parse<Refusal>(bytes, [](const Json& json, Refusal& body) {
    body.code = whole<std::uint8_t>(json.at("code"));
    body.reason = text_of(json.at("reason"));
  });
}

std::string encode(const ProbeBody& body) {
  return Json{{"id", body.id},           {"number", body.number},   {"answer", body.answer},
              {"running", body.running}, {"clock_s", body.clock_s}, {"shared", body.shared},
              {"filler", body.filler}}
      .dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<ProbeBody> decode_probe(std::span<const std::byte> bytes) {
  return parse<ProbeBody>(bytes, [](const Json& json, ProbeBody& body) {
    body.id = whole<NodeId>(json.at("id"));
    body.number = whole<std::uint32_t>(json.at("number"));
    body.answer = truth(json.at("answer"));
    body.running = truth(json.at("running"));
    body.clock_s = number(json.at("clock_s"));
    for (const auto& [key, value] : json.at("shared").items()) body.shared[key] = text_of(value);
    body.filler = text_of(json.at("filler"));
  });
}

std::string encode(const StateBody& body) {
  Json edges = Json::array(), nodes = Json::array();
  for (const auto& e : body.edges)
    edges.push_back({e.edge.u, e.edge.v, e.fact.counter, static_cast<unsigned>(e.fact.cause),
                     e.fact.step, e.fact.why, e.heals});
  for (const auto& n : body.nodes) {
    Json entry{{"id", n.id}, {"samples", n.samples}};
    if (n.prepared) entry.update(prepared_json(*n.prepared));
    if (n.next) entry["next"] = prepared_json(*n.next);
    nodes.push_back(std::move(entry));
  }
  Json json{{"edges", edges}, {"nodes", nodes}, {"late", body.late}};
  if (body.proposal) json["proposal"] = proposal_json(*body.proposal);
  if (body.in_force) json["in_force"] = proposal_json(*body.in_force);
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<StateBody> decode_state(std::span<const std::byte> bytes) {
  return parse<StateBody>(bytes, [](const Json& json, StateBody& body) {
    for (const Json& e : json.at("edges")) {
      const auto cause = whole<std::uint8_t>(e.at(3));
      const std::string& why = text_of(e.at(5));
      if (cause > static_cast<std::uint8_t>(Cause::left) || why.size() > kMostWords)
        throw Json::out_of_range::create(406, "unknown cause", &e);
      body.edges.push_back({{whole<NodeId>(e.at(0)), whole<NodeId>(e.at(1))},
                            {whole<std::uint32_t>(e.at(2)), static_cast<Cause>(cause),
                             whole<std::uint64_t>(e.at(4)), why},
                            truth(e.at(6))});
    }
    for (const Json& n : json.at("nodes")) {
      StateBody::NodeEntry entry;
      entry.id = whole<NodeId>(n.at("id"));
      entry.samples = whole<std::uint64_t>(n.at("samples"));
      if (n.contains("record")) entry.prepared = prepared_of(n);
      if (n.contains("next")) entry.next = prepared_of(n.at("next"));
      body.nodes.push_back(std::move(entry));
    }
    body.late = truth(json.at("late"));
    if (json.contains("proposal")) body.proposal = proposal_of(json.at("proposal"));
    if (json.contains("in_force")) body.in_force = proposal_of(json.at("in_force"));
  });
}

std::string encode(const DoneBody& body) {
  return Json{
      {"step", body.step}, {"code", body.code}, {"status", body.status}, {"reason", body.reason}}
      .dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<DoneBody> decode_done(std::span<const std::byte> bytes) {
  return parse<DoneBody>(bytes, [](const Json& json, DoneBody& body) {
    body.step = whole<std::uint64_t>(json.at("step"));
    body.code = whole<std::uint8_t>(json.at("code"));
    body.status = text_of(json.at("status"));
    body.reason = text_of(json.at("reason"));
  });
}

std::string encode(const BeatBody& body) {
  Json json{{"step", body.step}, {"waiting_s", body.waiting_s}, {"computing_s", body.computing_s}};
  if (body.waiting_for) json["waiting_for"] = *body.waiting_for;
  return json.dump();
}

std::optional<BeatBody> decode_beat(std::span<const std::byte> bytes) {
  if (bytes.empty()) return BeatBody{};
  return parse<BeatBody>(bytes, [](const Json& json, BeatBody& body) {
    body.step = whole<std::uint64_t>(json.at("step"));
    body.waiting_s = number(json.at("waiting_s"));
    body.computing_s = number(json.at("computing_s"));
    if (json.contains("waiting_for")) body.waiting_for = whole<NodeId>(json.at("waiting_for"));
  });
}

std::string encode(const AskBody& body) {
  std::string out;
  put_word(out, body.offset);
  return out;
}

std::optional<AskBody> decode_ask(std::span<const std::byte> bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return AskBody{word_at(bytes, 0)};
}

std::string encode(const PartBody& body) {
  std::string out;
  for (const std::uint64_t word : {body.step, body.offset, body.total}) put_word(out, word);
  out.append(reinterpret_cast<const char*>(body.bytes.data()), body.bytes.size());
  return out;
}

std::optional<PartBody> decode_part(std::span<const std::byte> bytes) {
  if (bytes.size() <= 24 || bytes.size() > kMostControlBytes) return std::nullopt;
  const PartBody part{word_at(bytes, 0), word_at(bytes, 1), word_at(bytes, 2), bytes.subspan(24)};
  if (part.offset > part.total || part.bytes.size() > part.total - part.offset) return std::nullopt;
  return part;
}

}  // namespace starling
