#include "node/keys/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "node/config/option_value.h"
#include "node/config/toml_file.h"
#include "node/error.h"
#include "node/files/atomic_file.h"
#include "node/files/text_file.h"
#include "node/keys/z85.h"

namespace starling {
namespace {

constexpr std::uint64_t kMaxBytes = 4096;

[[noreturn]] void refuse(const std::string& path, const std::string& key, const std::string& what) {
  throw ConfigError(key + " = \"" + printable(path) + "\": " + what);
}

void check_mode(const std::string& path, const std::string& key) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;  // reading it says why
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    refuse(path, key, "others than its owner may read or write it; allowed is mode 0600 (chmod)");
}

}  // namespace

void write_key_file(const std::string& path, std::uint32_t node, const KeyPair& pair) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST)
    throw ConfigError(printable(path) + ": is there already, and a key is not written over");
  if (file < 0) throw_write_error(path, errno);
  const std::string text = "# The secret key of node " + std::to_string(node) +
                           ": for that node alone.\npublic_key = " + toml_quoted(pair.public_key) +
                           "\nsecret_key = " + toml_quoted(pair.secret_key) + "\n";
  try {
    write_all(file, std::as_bytes(std::span(text)), path);
  } catch (...) {
    ::close(file);
    ::unlink(path.c_str());
    throw;
  }
  if (::fsync(file) != 0 || ::close(file) != 0) throw_write_error(path, errno);
}

KeyPair read_key_file(const std::string& path, const std::string& key) {
  check_mode(path, key);
  KeyPair pair;
  for (const RawEntry& entry : parse_toml(read_text_file(path, key, kMaxBytes), path, "").entries) {
    std::string* const half = entry.key == "public_key"   ? &pair.public_key
                              : entry.key == "secret_key" ? &pair.secret_key
                                                          : nullptr;
    if (!half) refuse(path, key, "unknown key " + entry.key + "; it is no secret key file");
    if (!is_curve_key(entry.value.text))
      refuse(path, key, entry.key + " is no key: allowed are 40 characters of Z85");
    *half = entry.value.text;
  }
  if (pair.public_key.empty() || pair.secret_key.empty())
    refuse(path, key, "public_key or secret_key is missing; starling-topology keys writes both");
  if (public_key_of(pair.secret_key) != pair.public_key)
    refuse(path, key, "its two halves do not belong together");
  return pair;
}

}  // namespace starling
