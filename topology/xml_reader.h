#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starling {

// The parts of an XML text one after the other: as much of XML as graph files use.
//
// Elements, attributes, text, comments, CDATA, processing instructions, the five named entities
// and numbered ones. A document type (which could define entities) is refused.
// Errors    GraphError "line 7: ..." where the text is not well formed.
class XmlReader {
 public:
  enum class Part { open, close, text, end };

  explicit XmlReader(std::string_view text) : all_(text) {}

  // The next part. Of <a/> come open and close. Blank text is passed over.
  Part next();
  const std::string& name() const { return name_; }  // of the element opened or closed
  const std::string& text() const { return text_; }
  // An attribute of the element just opened, or nothing.
  const std::string* attribute(std::string_view name) const;
  std::size_t depth() const { return open_.size(); }
  std::size_t line() const { return line_; }  // in which the part begins
  [[noreturn]] void fail(const std::string& what) const;

 private:
  bool starts(std::string_view word) const { return all_.substr(at_).starts_with(word); }
  void advance(std::size_t count);
  void skip_past(std::string_view end, const char* what);
  void skip_blank();
  std::string read_name();
  std::string decoded(std::string_view raw) const;
  void read_attributes();
  Part read_open();
  Part read_close();

  std::string_view all_;
  std::size_t at_ = 0, line_ = 1, here_ = 1;  // here_: the line of at_
  bool closing_ = false;                      // of <a/> the close is due
  bool seen_root_ = false;
  std::vector<std::string> open_;
  std::string name_, text_;
  std::vector<std::pair<std::string, std::string>> attributes_;
};

}  // namespace starling
