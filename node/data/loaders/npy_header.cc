#include <charconv>

#include "node/data/loaders/npy.h"

namespace starling {
namespace {

// Reads just as much Python as numpy writes.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    skip_blanks();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view wanted) {
    skip_blanks();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }
  bool text(std::string& result) {
    skip_blanks();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return false;
    const auto end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) return false;
    result = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return true;
  }
  bool number(std::uint64_t& result) {
    skip_blanks();
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), result);
    if (error != std::errc()) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() {
    const auto begin = text_.find_first_not_of(" \t\n");
    text_.remove_prefix(begin == std::string_view::npos ? text_.size() : begin);
  }
  std::string_view text_;
};

bool read_shape(Reader& reader, std::vector<std::uint64_t>& shape) {
  if (!reader.take('(')) return false;
  while (!reader.take(')')) {
    std::uint64_t size = 0;
    if (shape.size() == 8 || !reader.number(size)) return false;
    shape.push_back(size);
    if (!reader.take(',')) return reader.take(')');
  }
  return true;
}

}  // namespace

std::string parse_npy_header(std::string_view text, NpyHeader& header) {
  Reader reader(text);
  bool descr = false, order = false, shape = false;
  if (!reader.take('{')) return "is no dictionary";
  while (!reader.take('}')) {
    std::string key;
    if (!reader.text(key) || !reader.take(':')) return "has no key where one must stand";
    if (key == "descr" && !descr) {
      if (!reader.text(header.descr)) return "has a descr that is no plain type";
      descr = true;
    } else if (key == "fortran_order" && !order) {
      header.fortran_order = reader.take(std::string_view("True"));
      if (!header.fortran_order && !reader.take(std::string_view("False")))
        return "has a fortran_order that is neither True nor False";
      order = true;
    } else if (key == "shape" && !shape) {
      if (!read_shape(reader, header.shape)) return "has a shape that is no tuple of sizes";
      shape = true;
    } else {
      return "has an unexpected key";
    }
    if (reader.take(',')) continue;
    if (reader.take('}')) break;
    return "does not end";
  }
  if (!reader.at_end()) return "goes on after its end";
  if (!descr || !order || !shape) return "lacks descr, fortran_order or shape";
  return {};
}

}  // namespace starling
