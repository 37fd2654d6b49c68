#include "node/files/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "node/error.h"

namespace starling {
namespace {

// A descriptor that is closed, and a temporary name that is removed, whatever happens.
struct TemporaryFile {
  std::string name;
  int descriptor = -1;

  ~TemporaryFile() {
    if (descriptor >= 0) close(descriptor);
    if (!name.empty()) unlink(name.c_str());
  }
};

void sync_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  const std::string name = folder.empty() ? "." : folder.string();
  const int descriptor = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_write_error(name, errno);
  const int result = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  // Some file systems do not sync folders; there is nothing more to be done on them.
  if (result != 0 && error != EINVAL && error != ENOTSUP) throw_write_error(name, error);
}

}  // namespace

void throw_write_error(const std::string& path, int error_number) {
  throw RunError("cannot write " + path + ": " + std::strerror(error_number));
}

void write_all(int descriptor, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_write_error(path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void write_file_atomically(const std::string& path,
                           std::span<const std::span<const std::byte>> parts) {
  TemporaryFile file;
  std::string name = path + "." + std::to_string(getpid()) + ".tmp";
  file.descriptor = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file.descriptor < 0) throw_write_error(path, errno);
  file.name = name;
  for (const auto& part : parts) write_all(file.descriptor, part, path);
  if (fsync(file.descriptor) != 0) throw_write_error(path, errno);
  const int closed = close(file.descriptor);
  file.descriptor = -1;
  if (closed != 0) throw_write_error(path, errno);
  if (std::rename(name.c_str(), path.c_str()) != 0) throw_write_error(path, errno);
  file.name.clear();
  sync_folder(path);
}

void write_file_atomically(const std::string& path, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  write_file_atomically(path, std::span(&bytes, 1));
}

}  // namespace starling
