#pragma once

#include "consensus/objectives/network/layers.h"
#include "consensus/objectives/network/stage.h"

namespace starling {

// The stages, one file each; N is the normal distribution, gain the activation's.
//
// z = W^T a + b, of all values of a row at once. x: W (inputs x units, row by row), b; they start
// as N(0, gain / inputs) and 0.
std::unique_ptr<Stage> make_dense(Shape input, std::uint64_t units, double gain);

// Each pixel sees the kernel x kernel pixels around it, zeros beyond the border: the image keeps
// its size. x: W (kernel rows x kernel columns x channels x units), b; inputs: kernel^2 channels.
// Requires  kernel odd.
std::unique_ptr<Stage> make_convolution(Shape input, std::uint64_t units, std::uint64_t kernel,
                                        double gain);

// The largest (the first of equals) or the mean of each channel over squares of side x side pixels;
// what is left at the far borders is dropped.
// Requires  side <= height, width.
enum class Pooling { max, average };
std::unique_ptr<Stage> make_pool(Shape input, std::uint64_t side, Pooling pooling);

// a = activation(z); in mini-batches each is dropped with probability p, the others times
// 1 / (1 - p).
std::unique_ptr<Stage> make_activation(Shape input, const Activation& activation, double dropout);

// Batch normalisation: normalisation.cc.
std::unique_ptr<Stage> make_normalisation(Shape input, bool gossip);

}  // namespace starling
