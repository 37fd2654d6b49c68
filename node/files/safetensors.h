#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/error.h"

namespace starling {

// One tensor to be written: little-endian values in row-major order, owned by the caller.
struct TensorView {
  std::string name;
  std::string dtype;  // "F32" or "F64"
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;

  static TensorView of(std::string name, std::span<const float> values);
  static TensorView of(std::string name, std::span<const double> values);
};

// One tensor that was read.
struct Tensor {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::vector<std::byte> bytes;

  std::uint64_t size() const;          // number of values
  std::vector<double> values() const;  // F32 widened
};

struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::vector<Tensor> tensors;  // in the order of their data

  // Errors    RunError when there is none of that name.
  const Tensor& tensor(std::string_view name) const;
};

// Writes under a temporary name, fsync, rename, fsync of the folder: the path holds the old file or
// the whole new one. Errors    RunError with path and reason (disk full, ...).
void write_safetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
                       std::span<const TensorView> tensors);

// Reads strictly: header at most 100 MB, no key twice, string-only metadata, F32 and F64 only,
// bytes = dtype x shape, the tensors lie one after the other from the first byte to the last.
// Errors    RunError naming path (or "safetensors") and what is wrong.
Safetensors read_safetensors(const std::string& path);
Safetensors parse_safetensors(std::span<const std::byte> content,
                              std::string_view name = "safetensors");

}  // namespace starling
