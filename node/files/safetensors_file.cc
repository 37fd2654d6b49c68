#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "node/config/option_value.h"
#include "node/files/atomic_file.h"
#include "node/files/safetensors.h"
#include "node/files/safetensors_header.h"

namespace starling {
namespace {

constexpr std::size_t kLengthBytes = 8;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw RunError("cannot read " + printable(path) + ": " + reason);
}

// A regular file, mapped for reading.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) fail(path, std::strerror(errno));
    struct stat status {};
    const bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    size_ = regular ? static_cast<std::size_t>(status.st_size) : 0;
    if (size_ > 0) data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const int error = errno;
    close(descriptor);
    if (!regular) fail(path, "it is no regular file");
    if (data_ == MAP_FAILED) fail(path, std::strerror(error));
  }
  ~MappedFile() {
    if (data_ && data_ != MAP_FAILED) munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

Safetensors parse_safetensors(std::span<const std::byte> content, std::string_view name) {
  std::uint64_t length = 0;
  if (content.size() < kLengthBytes)
    throw RunError(std::string(name) + ": no safetensors: shorter than 8 bytes");
  std::memcpy(&length, content.data(), kLengthBytes);
  content = content.subspan(kLengthBytes);
  if (length > kMaxSafetensorsHeader || length > content.size())
    throw RunError(std::string(name) + ": no safetensors: a header of " + std::to_string(length) +
                   " bytes in a file of " + std::to_string(content.size() + kLengthBytes));
  const auto data = content.subspan(length);
  const SafetensorsHeader header = parse_safetensors_header(
      {reinterpret_cast<const char*>(content.data()), length}, data.size(), name);
  Safetensors result;
  result.metadata = header.metadata;
  for (const TensorPlace& place : header.tensors) {
    const auto bytes = data.subspan(place.begin, place.end - place.begin);
    result.tensors.push_back({place.name, place.dtype, place.shape, {bytes.begin(), bytes.end()}});
  }
  return result;
}

Safetensors read_safetensors(const std::string& path) {
  const MappedFile file(path);
  return parse_safetensors(file.bytes(), printable(path));
}

void write_safetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
                       std::span<const TensorView> tensors) {
  const std::string header = safetensors_header(metadata, tensors);
  const std::uint64_t length = header.size();
  std::vector<std::span<const std::byte>> parts = {std::as_bytes(std::span(&length, 1)),
                                                   std::as_bytes(std::span(header))};
  for (const TensorView& tensor : tensors) parts.push_back(tensor.bytes);
  write_file_atomically(path, parts);
}

}  // namespace starling
