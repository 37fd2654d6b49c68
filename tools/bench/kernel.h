#pragma once

namespace starling {

// `starling-bench kernel`: every variant of the mixing kernel this processor runs, float and
// double, plain and Chebyshev, next to memcpy and a triad over vectors of the same length in the
// same run.
//
// Bytes counted are those the formula moves: (degree + 1) d read (one more for Chebyshev) and d
// written; memcpy 2 d, triad 3 d. What a store reads first is counted for none.
// Results   a Markdown table on stdout with the ratio to the faster of memcpy and triad.
// argv[0]   is skipped; the rest are Google Benchmark's options. Returns an exit code.
int bench_kernel(int argc, char** argv);

}  // namespace starling
