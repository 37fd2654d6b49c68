#pragma once

namespace starling {

// Keeps freed memory in the process, for programs that receive large frames: each chunk libzmq
// receives is malloc'd, and by default would be mapped, faulted in and unmapped again (a thousand
// page faults per round at a million parameters; rounds 1.2 to 2 times slower).
// Maps only above 32 MiB (glibc's maximum), trims above 1 GiB, grows by 16 MiB. Called once, first
// in main. false: the C library refused a setting or knows none of them; nothing else changes.
bool tune_malloc();

}  // namespace starling
