#include "node/data/data_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "node/config/option_value.h"
#include "node/error.h"

namespace starling {
namespace {

constexpr std::size_t kLeastFileBytes = 64 * 1024;

// realloc: a large block is moved by its page table, and never there twice.
class MemoryBlock final : public Block {
 public:
  ~MemoryBlock() override { std::free(bytes_); }
  void* resize(std::size_t bytes) override {
    void* const grown = std::realloc(bytes_, bytes);
    if (!grown) throw std::bad_alloc();
    return bytes_ = grown;
  }
  void seal(std::size_t) override {}
  bool grows() const override { return true; }
  bool writable() const override { return true; }

 private:
  void* bytes_ = nullptr;
};

[[noreturn]] void refuse(const std::string& folder, const std::string& why) {
  throw ConfigError("local.data_store = \"" + printable(folder) + "\": " + why);
}

// A file in the folder that has no name there, or no longer.
int nameless_file(const std::string& folder) {
  int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  std::string name = folder + "/starling-XXXXXX";  // a file system that knows no O_TMPFILE
  file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) refuse(folder, std::string("cannot hold files: ") + std::strerror(errno));
  unlink(name.c_str());
  return file;
}

class FileBlock final : public Block {
 public:
  explicit FileBlock(std::string folder) : folder_(std::move(folder)) {}
  ~FileBlock() override {
    if (bytes_) munmap(bytes_, size_);
    if (file_ >= 0) close(file_);
  }

  void* resize(std::size_t bytes) override {
    if (file_ < 0) file_ = nameless_file(folder_);
    bytes = std::max(bytes, kLeastFileBytes);
    if (bytes <= size_) return bytes_;
    allocate(bytes);
    void* const mapped = bytes_
                             ? mremap(bytes_, size_, bytes, MREMAP_MAYMOVE)
                             : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (mapped == MAP_FAILED) no_room(bytes, errno);
    size_ = bytes;
    return bytes_ = mapped;
  }

  // The mapping holds the file; a descriptor for each of a thousand shards would be too many.
  void seal(std::size_t bytes) override {
    if (file_ < 0) return;
    if (bytes_ && ftruncate(file_, static_cast<off_t>(bytes)) != 0) no_room(bytes, errno);
    close(std::exchange(file_, -1));
    sealed_ = true;
  }
  bool grows() const override { return !sealed_; }
  bool writable() const override { return true; }

 private:
  // Before a page is touched: one that the disk has no room for would end the process by SIGBUS,
  // and a size beyond the limit of the process by SIGXFSZ.
  void allocate(std::size_t bytes) {
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur) no_room(bytes, EFBIG);
    int error = 0;
    do {
      error = posix_fallocate(file_, static_cast<off_t>(size_), static_cast<off_t>(bytes - size_));
    } while (error == EINTR);
    if (error != 0) no_room(bytes, error);
  }
  [[noreturn]] void no_room(std::size_t bytes, int error) const {
    refuse(folder_,
           "no room for a file of " + std::to_string(bytes) + " bytes: " + std::strerror(error));
  }

  const std::string folder_;
  int file_ = -1;
  bool sealed_ = false;
  void* bytes_ = nullptr;
  std::size_t size_ = 0;
};

class InputBlock final : public Block {
 public:
  InputBlock(void* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  ~InputBlock() override { munmap(bytes_, size_); }
  void* resize(std::size_t) override { std::abort(); }
  void seal(std::size_t) override {}
  bool grows() const override { return false; }
  bool writable() const override { return false; }

 private:
  void* const bytes_;
  const std::size_t size_;
};

}  // namespace

DataStore::DataStore(std::string folder) : folder_(std::move(folder)) {
  if (on_disk()) close(nameless_file(folder_));
}

std::shared_ptr<Block> DataStore::block() const {
  if (on_disk()) return std::make_shared<FileBlock>(folder_);
  return std::make_shared<MemoryBlock>();
}

MappedFile map_file(const std::string& file, std::uint64_t size) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  struct stat status {};
  void* bytes = MAP_FAILED;
  if (fstat(descriptor, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == size)
    bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  close(descriptor);
  if (bytes == MAP_FAILED) return {};
  return {std::make_shared<InputBlock>(bytes, size), static_cast<const char*>(bytes)};
}

}  // namespace starling
