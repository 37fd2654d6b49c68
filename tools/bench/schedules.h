#pragma once

namespace starling {

// `starling-bench schedules [NODES]`: one line per schedule kind, each measured in a process of its
// own: what it takes to make the schedule with its rate, the slowest of its rounds, the most
// memory. Returns the exit code.
int bench_schedules(int argc, char** argv);

}  // namespace starling
