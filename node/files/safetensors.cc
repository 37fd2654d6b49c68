#include "node/files/safetensors.h"

#include <bit>
#include <cstring>

#include "node/files/safetensors_header.h"

namespace starling {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian, so are we");

template <class Real>
TensorView view_of(std::string name, const char* dtype, std::span<const Real> values) {
  return {std::move(name), dtype, {values.size()}, std::as_bytes(values)};
}

}  // namespace

TensorView TensorView::of(std::string name, std::span<const float> values) {
  return view_of(std::move(name), "F32", values);
}
TensorView TensorView::of(std::string name, std::span<const double> values) {
  return view_of(std::move(name), "F64", values);
}

std::uint64_t Tensor::size() const { return bytes.size() / dtype_bytes(dtype); }

std::vector<double> Tensor::values() const {
  std::vector<double> result(size());
  if (dtype == "F64") {
    if (!bytes.empty()) std::memcpy(result.data(), bytes.data(), bytes.size());
    return result;
  }
  for (std::size_t k = 0; k < result.size(); ++k) {
    float value;
    std::memcpy(&value, bytes.data() + k * sizeof value, sizeof value);
    result[k] = static_cast<double>(value);
  }
  return result;
}

const Tensor& Safetensors::tensor(std::string_view name) const {
  for (const Tensor& tensor : tensors)
    if (tensor.name == name) return tensor;
  throw RunError("safetensors: no tensor \"" + std::string(name) + "\"");
}

}  // namespace starling
