#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starling {

// What the header of an NPY file says: a Python dictionary of exactly these three keys.
struct NpyHeader {
  std::string descr;  // "<f8"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

// Empty on success, else what is wrong with the text.
std::string parse_npy_header(std::string_view text, NpyHeader& header);

}  // namespace starling
