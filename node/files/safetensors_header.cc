#include "node/files/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "node/config/option_value.h"

namespace starling {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(std::string_view name, const std::string& what) {
  throw RunError(std::string(name) + ": no safetensors: " + what);
}

// Parses, and refuses a key given twice in one object: which one counts would be anybody's guess.
Json parse_strictly(std::string_view text, std::string_view name) {
  std::vector<std::set<std::string>> keys;
  std::string twice;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (!keys.back().insert(key).second) twice = key;
    }
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), watch, false);
  if (!twice.empty()) refuse(name, "key \"" + printable(twice) + "\" twice");
  if (!json.is_object()) refuse(name, "the header is no JSON object");
  return json;
}

std::uint64_t natural(const Json& json, std::string_view name, const std::string& what) {
  if (!json.is_number_unsigned()) refuse(name, what + " is no whole number >= 0");
  return json.get<std::uint64_t>();
}

TensorPlace read_place(const std::string& key, const Json& json, std::string_view name) {
  const std::string which = "tensor \"" + printable(key) + "\": ";
  const bool has_all = json.is_object() && json.size() == 3 && json.contains("dtype") &&
                       json.contains("shape") && json.contains("data_offsets");
  if (!has_all) refuse(name, which + "its keys must be dtype, shape, data_offsets");
  TensorPlace place;
  place.name = key;
  const Json &dtype = json["dtype"], &shape = json["shape"], &offsets = json["data_offsets"];
  if (!dtype.is_string() || !dtype_bytes(dtype.get_ref<const std::string&>()))
    refuse(name, which + "dtype " + printable(dtype.is_string() ? dtype.get<std::string>() : "?") +
                     " is not read here; allowed: F32, F64");
  place.dtype = dtype.get<std::string>();
  if (!shape.is_array()) refuse(name, which + "shape is no list");
  if (!offsets.is_array() || offsets.size() != 2)
    refuse(name, which + "data_offsets is no list of two");
  place.begin = natural(offsets[0], name, which + "data_offsets");
  place.end = natural(offsets[1], name, which + "data_offsets");
  std::uint64_t bytes = dtype_bytes(place.dtype);
  for (const Json& side : shape) {
    place.shape.push_back(natural(side, name, which + "shape"));
    if (__builtin_mul_overflow(bytes, place.shape.back(), &bytes))
      refuse(name, which + "shape overflows");
  }
  if (place.begin > place.end || place.end - place.begin != bytes)
    refuse(name,
           which + "data_offsets hold " +
               (place.begin > place.end ? "less than 0" : std::to_string(place.end - place.begin)) +
               " bytes, dtype and shape ask for " + std::to_string(bytes));
  return place;
}

void read_metadata(SafetensorsHeader& header, const Json& json, std::string_view name) {
  if (!json.is_object()) refuse(name, "__metadata__ is no object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) refuse(name, "__metadata__ \"" + printable(key) + "\" is no text");
    header.metadata[key] = value.get<std::string>();
  }
}

}  // namespace

std::uint64_t dtype_bytes(std::string_view dtype) {
  return dtype == "F64" ? 8 : dtype == "F32" ? 4 : 0;
}

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           std::string_view name) {
  if (text.empty() || text.front() != '{') refuse(name, "the header does not begin with {");
  const Json json = parse_strictly(text, name);
  SafetensorsHeader header;
  for (const auto& [key, value] : json.items()) {
    if (key == "__metadata__")
      read_metadata(header, value, name);
    else
      header.tensors.push_back(read_place(key, value, name));
  }
  std::sort(header.tensors.begin(), header.tensors.end(),
            [](const TensorPlace& a, const TensorPlace& b) {
              return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
            });
  std::uint64_t at = 0;  // no hole, no overlap, nothing left over
  for (const TensorPlace& place : header.tensors) {
    if (place.begin != at)
      refuse(name, "tensor \"" + printable(place.name) + "\" begins at " +
                       std::to_string(place.begin) + ", expected " + std::to_string(at));
    at = place.end;
  }
  if (at != data_bytes)
    refuse(name, "its tensors take " + std::to_string(at) + " bytes, the file has " +
                     std::to_string(data_bytes));
  return header;
}

std::string safetensors_header(const std::map<std::string, std::string>& metadata,
                               std::span<const TensorView> tensors) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const TensorView& tensor : tensors) {
    std::uint64_t bytes = dtype_bytes(tensor.dtype);
    for (const std::uint64_t side : tensor.shape) bytes *= side;
    const bool known = dtype_bytes(tensor.dtype) && !json.contains(tensor.name);
    if (!known || bytes != tensor.bytes.size())
      throw RunError("safetensors: tensor \"" + tensor.name +
                     "\": unknown dtype, name twice, or bytes that do not fit the shape");
    json[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  std::string text = json.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace starling
