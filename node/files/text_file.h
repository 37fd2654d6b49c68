#pragma once

#include <cstdint>
#include <string>

namespace starling {

// The whole content of a regular file. A pipe or a device is refused: reading one may never end.
// Errors    ConfigError "KEY: cannot read PATH: REASON".
std::string read_text_file(const std::string& path, const std::string& key,
                           std::uint64_t max_bytes);

// "xxh3:<16 hex digits>:<bytes>" of a file's content, streamed. Errors  as above.
std::string file_digest(const std::string& path, const std::string& key);

}  // namespace starling
