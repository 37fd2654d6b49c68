#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/files/safetensors.h"

namespace starling {

// What the header says of one tensor; its bytes are [begin, end) of the data.
struct TensorPlace {
  std::string name, dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorPlace> tensors;  // ascending begin
};

constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;  // as the reference reader bounds it

// 4 or 8; 0 for a dtype that is not read here.
std::uint64_t dtype_bytes(std::string_view dtype);

// Reads and checks the JSON header against `data_bytes`. Errors  RunError "NAME: what is wrong".
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           std::string_view name);

// The JSON of a file whose tensors follow one another, padded with blanks to a multiple of 8.
std::string safetensors_header(const std::map<std::string, std::string>& metadata,
                               std::span<const TensorView> tensors);

}  // namespace starling
