#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "node/files/safetensors.h"
#include "node/files/safetensors_header.h"

// Any bytes are refused with a RunError or read; the header written for what was read describes the
// same tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace starling;
  Safetensors file;
  try {
    file = parse_safetensors(std::as_bytes(std::span(data, size)), "fuzz");
  } catch (const RunError&) {
    return 0;
  }
  std::vector<TensorView> views;
  std::uint64_t bytes = 0;
  for (const Tensor& tensor : file.tensors) {
    if (tensor.values().size() != tensor.size()) std::abort();
    views.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.bytes});
    bytes += tensor.bytes.size();
  }
  const auto header =
      parse_safetensors_header(safetensors_header(file.metadata, views), bytes, "fuzz");
  if (header.metadata != file.metadata || header.tensors.size() != views.size()) std::abort();
  return 0;
}
