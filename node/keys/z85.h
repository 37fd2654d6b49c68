#pragma once

#include <string_view>

namespace starling {

// Whether a text is a CURVE key: 32 bytes in Z85, so 40 characters, five for each four bytes.
// Source    ZeroMQ RFC 32.
bool is_curve_key(std::string_view text);

}  // namespace starling
