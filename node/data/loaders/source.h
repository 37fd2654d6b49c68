#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace starling {

// The bytes of one data file in order, from disk (plain or gzip alike) or from memory, through a
// buffer of fixed size.
//
// Errors  ConfigError with the file's name in front; a gzip stream that ends early or does not fit
//         its checksum is one.
class Source {
 public:
  static std::unique_ptr<Source> open(const std::string& file);
  static std::unique_ptr<Source> memory(std::string name, std::string_view bytes);
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const std::string& name() const { return name_; }
  std::uint64_t offset() const { return offset_; }     // bytes read so far
  std::uint64_t line_number() const { return line_; }  // of the last line, from 1

  // The file these bytes stand in as they are; empty: they do not, or of no file.
  virtual std::string plain_file() const { return {}; }

  std::string_view peek();                           // what stands next in the buffer, unread
  std::size_t read(void* target, std::size_t size);  // fewer than asked for only at the end
  void read_exactly(void* target, std::size_t size, std::string_view what);
  bool line(std::string_view& line);  // the next line without its end; false at the end
  void expect_end();

  [[noreturn]] void fail(const std::string& why) const;
  [[noreturn]] void fail_line(const std::string& why) const;  // with the line's number

 protected:
  Source(std::string name, std::size_t buffer_bytes);
  virtual std::size_t fetch(char* target, std::size_t size) = 0;  // 0 at the end

 private:
  std::string name_, long_line_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0, line_ = 0;
};

}  // namespace starling
