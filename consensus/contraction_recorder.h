#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace starling {

// Remembers a few coordinates of every mix of one node, before and after, so that the contraction
// really achieved can be computed from all nodes' records afterwards. Coordinates mix independently
// of each other, so the contraction on a subset obeys the same bound; up to kCoordinates
// coordinates it is the whole vector.
//
// Keeps     at most kRecords mixes: when full, only every third stays, and from then on one in
// three times as many is
//           added, alike on every node. (Not every second: algorithms that mix two vectors a step
//           would show one only.) All memory (about 270 KiB) is taken at the first mix.
class ContractionRecorder {
 public:
  static constexpr std::size_t kCoordinates = 32, kRecords = 512;

  struct Record {
    std::uint32_t stream = 0;
    std::uint32_t coordinates = 0;
    bool finished = false;  // else the mix is under way, or was abandoned
    std::array<double, kCoordinates> before, after;
  };

  // Returns whether the stream is one to keep.
  template <class Real>
  bool before(std::uint32_t stream, std::span<const Real> values);
  template <class Real>
  void after(std::uint32_t stream, std::span<const Real> values);

  // Forgets all: what follows is mixed otherwise.
  void clear() {
    records_.clear();
    seen_ = 0;
    stride_ = 1;
  }

  std::vector<Record>& records() { return records_; }
  const std::vector<Record>& records() const { return records_; }

 private:
  std::vector<Record> records_;
  std::uint64_t seen_ = 0, stride_ = 1;  // mixes of something so far; one in `stride_` is kept
};

// The largest ratio of disagreement after to before, over the recorded mixes; disagreement is the
// pi-norm of v - mean. Mixes whose disagreement has sunk to rounding (below `noise` times the
// values' size) say nothing and are passed over. Returns 0 when no mix says anything. Requires
// records of the same streams from every node.
double measured_contraction(std::span<const std::vector<ContractionRecorder::Record>> nodes,
                            std::span<const double> stationary, double noise);

}  // namespace starling
