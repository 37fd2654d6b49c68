#include "node/files/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "node/config/option_value.h"
#include "node/error.h"

namespace starling {
namespace {

constexpr std::size_t kBlock = 1 << 20;

// A regular file, open for reading.
class InputFile {
 public:
  InputFile(const std::string& path, const std::string& key) : path_(path), key_(key) {
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) fail(std::strerror(errno));
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      close(descriptor_);
      fail(S_ISDIR(status.st_mode) ? "it is a folder" : "it is no regular file");
    }
  }
  ~InputFile() { close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // How many bytes; 0 at the end.
  std::size_t read(char* buffer, std::size_t size) {
    ssize_t count;
    do {
      count = ::read(descriptor_, buffer, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) fail(std::strerror(errno));
    return static_cast<std::size_t>(count);
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw ConfigError(key_ + ": cannot read " + printable(path_) + ": " + reason);
  }

 private:
  std::string path_, key_;
  int descriptor_;
};

}  // namespace

std::string read_text_file(const std::string& path, const std::string& key,
                           std::uint64_t max_bytes) {
  InputFile file(path, key);
  std::string text;
  std::vector<char> block(kBlock);
  while (const std::size_t count = file.read(block.data(), block.size())) {
    if (text.size() + count > max_bytes)
      file.fail("larger than " + std::to_string(max_bytes) + " bytes");
    text.append(block.data(), count);
  }
  return text;
}

std::string file_digest(const std::string& path, const std::string& key) {
  InputFile file(path, key);
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  if (!state) file.fail("out of memory");
  XXH3_64bits_reset(state.get());
  std::vector<char> block(kBlock);
  unsigned long long bytes = 0;
  while (const std::size_t count = file.read(block.data(), block.size())) {
    XXH3_64bits_update(state.get(), block.data(), count);
    bytes += count;
  }
  char text[64];
  std::snprintf(text, sizeof text, "xxh3:%016llx:%llu",
                static_cast<unsigned long long>(XXH3_64bits_digest(state.get())), bytes);
  return text;
}

}  // namespace starling
