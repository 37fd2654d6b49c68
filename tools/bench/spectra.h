#pragma once

namespace starling {

// `starling-bench spectra [--nodes N] [--kind KIND]`: the spectrum of Metropolis weights on graphs
// of N (10^6) nodes, one line for each kind, measured in a process of its own: method, seconds of
// spectrum() alone (on the clock, and of the processor), the most memory of the process (graph and
// weights included), gap, and the certificate. A kind that cannot have that many nodes gets the
// nearest it can, or the reason. Returns the exit code: 1 where a spectrum was refused.
int bench_spectra(int argc, char** argv);

}  // namespace starling
