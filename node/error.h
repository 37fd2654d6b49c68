#pragma once

#include <stdexcept>

namespace starling {

// The user's mistake, one line: key, value, what is allowed, nearest name. Ends a program with exit code 2.
class ConfigError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace starling
