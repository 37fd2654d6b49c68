#include "topology/xml_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "topology/graph.h"
#include "topology/words.h"

namespace starling {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kDepthMax = 100;

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace

void XmlReader::fail(const std::string& what) const {
  throw GraphError("line " + std::to_string(line_) + ": " + what);
}

void XmlReader::advance(std::size_t count) {
  const std::string_view passed = all_.substr(at_, count);
  here_ += static_cast<std::size_t>(std::count(passed.begin(), passed.end(), '\n'));
  at_ += passed.size();
}

void XmlReader::skip_past(std::string_view end, const char* what) {
  const std::size_t found = all_.find(end, at_);
  if (found == std::string_view::npos) fail(std::string(what) + " without an end");
  advance(found + end.size() - at_);
}

void XmlReader::skip_blank() {
  advance(std::min(all_.find_first_not_of(kBlank, at_), all_.size()) - at_);
}

std::string XmlReader::read_name() {
  const std::size_t end = std::min(all_.find_first_of(" \t\r\n/>=<\"'&", at_), all_.size());
  std::string name(all_.substr(at_, end - at_));
  if (name.empty()) fail("a name is missing");
  advance(end - at_);
  return name;
}

std::string XmlReader::decoded(std::string_view raw) const {
  std::string result;
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('&'), raw.size());
    result += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    const std::size_t end = raw.find(';');
    std::string_view name = raw.substr(1, std::min(end, raw.size()) - 1);
    if (end == std::string_view::npos) fail("'&' without ';'");
    raw.remove_prefix(end + 1);
    constexpr std::pair<std::string_view, char> kNamed[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    const auto named = std::find_if(std::begin(kNamed), std::end(kNamed),
                                    [&](const auto& entry) { return entry.first == name; });
    if (named != std::end(kNamed)) {
      result += named->second;
      continue;
    }
    const std::string entity = "entity " + quoted(name);
    if (!name.starts_with('#')) fail(entity + "; allowed: amp lt gt quot apos and numbers");
    name.remove_prefix(1);
    const int base = name.starts_with('x') ? 16 : 10;
    if (base == 16) name.remove_prefix(1);
    std::uint32_t code = 0;
    const char* last = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data(), last, code, base);
    if (error != std::errc{} || stop != last || code == 0 || code > 0x10FFFF)
      fail(entity + " is no character");
    append_utf8(result, code);
  }
  return result;
}

void XmlReader::read_attributes() {
  attributes_.clear();
  while (true) {
    const std::size_t before = at_;
    skip_blank();
    if (at_ >= all_.size()) fail("<" + name_ + "> without an end");
    if (all_[at_] == '>' || starts("/>")) return;
    if (at_ == before) fail("<" + name_ + ">: a blank is missing before an attribute");
    std::string name = read_name();
    skip_blank();
    if (!starts("=")) fail("attribute " + quoted(name) + " without '='");
    advance(1);
    skip_blank();
    if (!starts("\"") && !starts("'")) fail("attribute " + quoted(name) + " without quotes");
    const std::size_t end = all_.find(all_[at_], at_ + 1);
    if (end == std::string_view::npos) fail("attribute " + quoted(name) + " without an end");
    const std::string_view raw = all_.substr(at_ + 1, end - at_ - 1);
    if (raw.find('<') != std::string_view::npos) fail("'<' in attribute " + quoted(name));
    if (attribute(name) != nullptr) fail("attribute " + quoted(name) + " is given twice");
    attributes_.emplace_back(std::move(name), decoded(raw));
    advance(end + 1 - at_);
  }
}

XmlReader::Part XmlReader::read_open() {
  advance(1);
  name_ = read_name();
  read_attributes();
  if (open_.empty() && seen_root_) fail("<" + name_ + "> after the end of the document");
  seen_root_ = true;
  if (open_.size() >= kDepthMax) fail("elements nested deeper than " + std::to_string(kDepthMax));
  open_.push_back(name_);
  closing_ = starts("/>");
  advance(closing_ ? 2 : 1);
  return Part::open;
}

XmlReader::Part XmlReader::read_close() {
  advance(2);
  name_ = read_name();
  skip_blank();
  if (!starts(">")) fail("</" + name_ + " without '>'");
  advance(1);
  if (open_.empty() || open_.back() != name_)
    fail("</" + name_ + ">, where " + (open_.empty() ? "nothing" : "<" + open_.back() + ">") +
         " is open");
  open_.pop_back();
  return Part::close;
}

XmlReader::Part XmlReader::next() {
  if (closing_) {
    closing_ = false;
    open_.pop_back();
    return Part::close;
  }
  while (true) {
    line_ = here_;
    if (at_ >= all_.size()) {
      if (!open_.empty()) fail("<" + open_.back() + "> is not closed");
      if (!seen_root_) fail("no element in this file");
      return Part::end;
    }
    if (starts("<?")) {
      skip_past("?>", "<?");
    } else if (starts("<!--")) {
      advance(4);
      skip_past("-->", "a comment");
    } else if (starts("<![CDATA[")) {
      advance(9);
      const std::size_t begin = at_;
      skip_past("]]>", "CDATA");
      text_ = all_.substr(begin, at_ - 3 - begin);
      if (open_.empty()) fail("text outside of the document");
      return Part::text;
    } else if (starts("<!")) {
      fail("a document type; allowed: none");
    } else if (starts("</")) {
      return read_close();
    } else if (starts("<")) {
      return read_open();
    } else {
      skip_blank();
      line_ = here_;
      const std::size_t end = std::min(all_.find('<', at_), all_.size());
      const std::string_view raw = all_.substr(at_, end - at_);
      if (raw.empty()) continue;
      if (open_.empty()) fail(quoted(raw) + " outside of the document");
      text_ = decoded(raw);
      advance(end - at_);
      return Part::text;
    }
  }
}

const std::string* XmlReader::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes_)
    if (key == name) return &value;
  return nullptr;
}

}  // namespace starling
