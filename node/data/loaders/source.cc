#include "node/data/loaders/source.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "node/error.h"

namespace starling {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kMemoryBufferBytes = 64;  // small: lines of a test or fuzzer cross it
constexpr std::size_t kMaxLineBytes = 64 * 1024 * 1024;

// zlib reads plain files as they are.
class FileSource final : public Source {
 public:
  explicit FileSource(const std::string& file)
      : Source(file, kBufferBytes), file_(nullptr, gzclose) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) fail(std::strerror(errno));
    if (S_ISDIR(status.st_mode)) fail("is a folder");
    errno = 0;
    file_.reset(gzopen(file.c_str(), "rb"));
    if (!file_) fail(errno ? std::strerror(errno) : "cannot be opened");
  }

  std::string plain_file() const override { return gzdirect(file_.get()) ? name() : ""; }

 private:
  std::size_t fetch(char* target, std::size_t size) override {
    const int count = gzread(file_.get(), target, static_cast<unsigned>(size));
    int code = Z_OK;
    const char* text = gzerror(file_.get(), &code);
    if (code == Z_BUF_ERROR) fail("the gzip stream ends early: the file is cut off");
    if (code == Z_ERRNO) fail(std::strerror(errno));
    if (count < 0 || code != Z_OK) fail(std::string("the gzip stream is damaged (") + text + ")");
    return static_cast<std::size_t>(count);
  }
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

class MemorySource final : public Source {
 public:
  MemorySource(std::string name, std::string_view bytes)
      : Source(std::move(name), kMemoryBufferBytes), left_(bytes) {}

 private:
  std::size_t fetch(char* target, std::size_t size) override {
    const std::size_t count = left_.copy(target, size);
    left_.remove_prefix(count);
    return count;
  }
  std::string_view left_;
};

}  // namespace

std::unique_ptr<Source> Source::open(const std::string& file) {
  return std::make_unique<FileSource>(file);
}

std::unique_ptr<Source> Source::memory(std::string name, std::string_view bytes) {
  return std::make_unique<MemorySource>(std::move(name), bytes);
}

Source::Source(std::string name, std::size_t buffer_bytes)
    : name_(std::move(name)), buffer_(buffer_bytes) {}

std::string_view Source::peek() {
  if (begin_ == end_) {
    begin_ = 0;
    end_ = fetch(buffer_.data(), buffer_.size());
  }
  return {buffer_.data() + begin_, end_ - begin_};
}

std::size_t Source::read(void* target, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const auto ready = peek();
    if (ready.empty()) break;
    const std::size_t count = ready.copy(static_cast<char*>(target) + done, size - done);
    begin_ += count;
    done += count;
  }
  offset_ += done;
  return done;
}

void Source::read_exactly(void* target, std::size_t size, std::string_view what) {
  const std::uint64_t start = offset_;
  if (read(target, size) < size)
    fail("ends at byte " + std::to_string(offset_) + " within " + std::string(what) +
         ", which needs " + std::to_string(size) + " bytes from byte " + std::to_string(start));
}

bool Source::line(std::string_view& line) {
  long_line_.clear();
  for (;;) {
    const auto ready = peek();
    if (ready.empty() && long_line_.empty()) return false;
    const auto length = ready.find('\n');
    const auto piece = ready.substr(0, length);
    const bool complete = length != std::string_view::npos || ready.empty();
    begin_ += piece.size() + (length != std::string_view::npos);
    offset_ += piece.size() + (length != std::string_view::npos);
    if (long_line_.size() + piece.size() > kMaxLineBytes) {
      ++line_;
      fail_line("is longer than " + std::to_string(kMaxLineBytes) + " bytes");
    }
    if (complete && long_line_.empty()) {
      line = piece;  // stands in the buffer until the next call
    } else {
      long_line_ += piece;
      line = long_line_;
    }
    if (!complete) continue;
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
  }
}

void Source::expect_end() {
  if (!peek().empty()) fail("goes on after byte " + std::to_string(offset_) + ", where it ends");
}

void Source::fail(const std::string& why) const { throw ConfigError(name_ + ": " + why); }

void Source::fail_line(const std::string& why) const {
  throw ConfigError(name_ + ":" + std::to_string(line_) + ": " + why);
}

}  // namespace starling
