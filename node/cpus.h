#pragma once

#include <string>

namespace starling {

// Keeps this process, with every thread it starts from now on, on some of the host's CPUs. Memory
// follows: Linux places a page on the NUMA node of the CPU that touches it first.
//
// cpus      any, a list as Linux writes it ("0-3,8"), or numa:N, the CPUs of NUMA node N
// Requires  called before data is loaded and threads are started.
// Errors    ConfigError naming local.cpus: no such list, a CPU that this process may not run on, a
//           NUMA node that the host does not have.
void stay_on(const std::string& cpus);

}  // namespace starling
