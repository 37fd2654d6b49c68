#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace boost::program_options {
class options_description;
}

namespace starling {

// What a value may be in the file: nothing is converted but a whole number where a real is asked
// for.
enum class OptionType {
  text,
  integer,
  real,
  number,  // integer or real: the own keys of an objective, which checks them itself
};

// One key of the configuration: the single truth behind the parser, the environment, --set,
// --print-config, the fingerprint and the manual.
struct Option {
  std::string key;  // "shared.algorithm.kind"
  OptionType type = OptionType::text;
  std::string standard;  // the default, canonical; empty: no value unless given
  std::string help;
  // text: names separated by spaces; "max:V" stands for a positive number V, "groups:FILE" for a
  // file; empty: any text
  std::string choices;
  std::string later;       // names that are understood and refused: this version cannot do them yet
  bool automatic = false;  // "auto" is a value, too
  double least = 0;        // integer, real
  double most = std::numeric_limits<double>::max();
  bool above_least = false;  // least itself is not allowed
  bool file = false;         // the value is the path of a file
};

// Every key of [shared] and [local], in the order of the manual; [shared.objective] includes the
// own keys of this kind (of none when it is unknown).
std::vector<Option> option_table(std::string_view objective_kind);

const Option* find_option(const std::vector<Option>& table, std::string_view key);

// What is allowed, in words: "one of ring, path", "a number > 0, or auto".
std::string allowed_values(const Option& option);

// STARLING_SHARED_ALGORITHM_KIND of shared.algorithm.kind.
std::string environment_name(std::string_view key);

// The table as Boost.Program_options knows it, with the defaults: every source is stored against
// it.
void describe_options(const std::vector<Option>& table,
                      boost::program_options::options_description& description);

// "a b c" to its words.
std::vector<std::string_view> split_words(std::string_view text);

}  // namespace starling
