#pragma once

#include <stdexcept>

namespace starling {

// The user's mistake, one line: key, value, what is allowed, nearest name. Ends a program with exit
// code 2.
class ConfigError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The world's: a disk is full, a folder cannot be written. One line with the path and the system's
// reason; exit code 1.
class RunError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace starling
