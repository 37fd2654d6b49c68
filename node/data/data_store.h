#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace starling {

// The most values one data set may hold in memory (2 GiB of doubles), and in a store.
inline constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 28;
inline constexpr std::uint64_t kMaxStoredValues = std::uint64_t{1} << 40;

// Bytes that grow where they live. What is shared or sealed no longer grows.
class Block {
 public:
  Block() = default;
  virtual ~Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // Room for so many bytes; those that are there are kept, the address may change.
  virtual void* resize(std::size_t bytes) = 0;
  // The last size: what was reserved beyond it is given back. The address stays where it is.
  virtual void seal(std::size_t bytes) = 0;
  virtual bool grows() const = 0;
  virtual bool writable() const = 0;
};

// Where the arrays of a data set live: in memory, or in files of a folder. Such a file is mapped
// and shared with the kernel's page cache, which reads it in and writes it out as memory allows. It
// has no name, so that nothing is left of it however the process ends.
//
// Errors    ConfigError naming local.data_store: the folder is not there or cannot be written; the
//           bytes asked for and the reason where the disk has no room for them.
class DataStore {
 public:
  DataStore() = default;                   // in memory
  explicit DataStore(std::string folder);  // empty: in memory

  bool on_disk() const { return !folder_.empty(); }
  const std::string& folder() const { return folder_; }
  std::uint64_t max_values() const { return on_disk() ? kMaxStoredValues : kMaxValues; }
  std::shared_ptr<Block> block() const;  // without a byte yet

 private:
  std::string folder_;
};

// A whole file as it stands, to be read only; null where it cannot be mapped or has another size.
// Requires  the file is left alone as long as the block is used.
struct MappedFile {
  std::shared_ptr<Block> block;
  const char* bytes = nullptr;
};
MappedFile map_file(const std::string& file, std::uint64_t size);

}  // namespace starling
