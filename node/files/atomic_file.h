#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace starling {

// Writes the parts one after the other under a temporary name beside `path`, fsync, rename, fsync
// of the folder: at every moment `path` holds the old file or the whole new one, also after a power
// cut. Errors    RunError "cannot write PATH: REASON"; the temporary file is removed.
void write_file_atomically(const std::string& path,
                           std::span<const std::span<const std::byte>> parts);
void write_file_atomically(const std::string& path, std::string_view text);

// Writes all of it, however often the kernel takes less. Errors  RunError naming `path`.
void write_all(int descriptor, std::span<const std::byte> bytes, const std::string& path);

// "cannot write PATH: REASON", the reason of this errno.
[[noreturn]] void throw_write_error(const std::string& path, int error_number);

}  // namespace starling
