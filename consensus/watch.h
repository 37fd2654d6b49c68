#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "consensus/mixers/mixer.h"
#include "consensus/ride.h"
#include "topology/graph.h"

namespace starling {

// Compares the contraction of the mixes with the promised one while they run, alike on every node.
//
//   A probe v rides with the first mix of each step: one double a node, mixed by the weights and
//   the plan of the vectors, pi-mean zero. It lives on from lap to lap, so it is a power iteration
//   on P_K(W): whatever the interval leaves out soon outgrows all the rest.
//
//   s, e      the probe when a lap begins, and what its T mixes make of it
//   promise   |e| <= c^T |s| in the pi-norm, c the plan's contraction
//   known     the largest u_i = sqrt(n pi_i) |v_i| of s and of e, for it rides along as a maximum;
//             max u / sqrt(n) <= |v| <= max u
//   bound     |s| <= B: at first B = max u(s), then c^T B, or max u where that is less
//   breach    max u(e) > sqrt(n) (c^T B + rounding), or all e_i on one side of zero: the mean is
//             not kept
//
// In exact arithmetic a promise that holds is never called broken, whatever the probe. One that is
// off by a factor g a mix is called so after some log(n) / log(g) mixes: B shrinks as promised, e
// does not.
//
//   next      s <- e. Rounding puts a share of the mean into e, which does not contract: before it
//             shows (c^T to the laps < 1e-4), s <- s - e takes it out, at |s - e| <= (1 + c^T) |s|.
//
// Keeps     a few scalars per node.
class Watch {
 public:
  // Of one node of at least two; of one alone nothing is watched.
  Watch(std::uint64_t seed, NodeId nodes, NodeId self);

  // The promise from here on: mixes by this plan. stationary: pi of this node.
  void begin(const MixPlan& plan, double stationary);
  // A lap of `mixes` mixes begins: puts this node's values into the ride.
  void enter(Ride& ride, int mixes);
  // What was entered last is known to all.
  void learn(const Ride& ride);

  // Contraction per mix in the norm max u, over the last few laps; -1: not yet, or
  // too small to be told from rounding.
  double measured() const;
  double promised() const { return contraction_; }
  struct Breach {
    double measured = 0;  // per mix
    bool one_sided = false;
  };
  const std::optional<Breach>& breach() const { return breach_; }
  // Between learn() and enter(), without a breach.
  void carry(Carrier& carrier);

 private:
  enum class Next { fresh, power, project };
  double draw();

  const std::uint64_t seed_;
  const NodeId self_, nodes_;
  double weight_ = 1;  // sqrt(n pi_i)
  double contraction_ = 0, rounding_ = 0;
  int mixes_ = 1, mixes_before_ = 1;  // of the lap begun last, and of the one before

  double start_ = 0;  // s of this node
  Next next_ = Next::fresh;
  std::uint32_t generation_ = 0;
  double window_ = 1;  // promised contraction since the mean was last taken out
  bool entered_ = false, learned_ = false;

  // Of s of the latest lap known to all, in the unit max u(s) = 1; but size_, which is in that of
  // the lap before.
  double size_ = 1, bound_ = 1, noise_ = 0;
  static constexpr std::size_t kRecent = 8;
  struct Lap {
    double growth = 0;  // log of max u(e) / max u(s)
    int mixes = 1;
  };
  std::array<Lap, kRecent> recent_{};
  std::size_t laps_ = 0;
  std::optional<Breach> breach_;
};

}  // namespace starling
