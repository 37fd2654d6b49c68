#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace starling {

// All that one node needs to go on at a lap's first step as if it had never stopped: its vectors,
// and the scalars that go from lap to lap.
struct Snapshot {
  struct State {
    std::string name;
    std::vector<std::byte> values;
  };
  std::uint64_t step = 0;
  std::vector<State> states;
  std::vector<std::uint64_t> scalars;  // in the order in which they are carried
};

// Which snapshots a node has: of the view it was made in, at this step.
struct HeldSnapshot {
  std::uint64_t step = 0, view = 0;
  auto operator<=>(const HeldSnapshot&) const = default;
};

// Carries scalars into a snapshot, or out of it: one function of each class names them, for both
// ways.
class Carrier {
 public:
  static Carrier into(Snapshot& snapshot) { return {snapshot, true}; }
  static Carrier out_of(const Snapshot& snapshot) {
    return {const_cast<Snapshot&>(snapshot), false};
  }

  // Errors    std::runtime_error where the snapshot holds fewer.
  template <class... Scalars>
  void operator()(Scalars&... scalars) {
    (carry(scalars), ...);
  }
  bool all_taken() const { return next_ == snapshot_.scalars.size(); }

 private:
  Carrier(Snapshot& snapshot, bool into) : snapshot_(snapshot), into_(into) {}

  template <class Scalar>
  void carry(Scalar& scalar) {
    static_assert(std::is_arithmetic_v<Scalar> || std::is_enum_v<Scalar>);
    std::uint64_t word = 0;
    if (into_) {
      std::memcpy(&word, &scalar, sizeof scalar);
      snapshot_.scalars.push_back(word);
      return;
    }
    if (all_taken()) throw std::runtime_error("a snapshot of other scalars than this program's");
    word = snapshot_.scalars[next_++];
    std::memcpy(&scalar, &word, sizeof scalar);
  }

  Snapshot& snapshot_;
  const bool into_;
  std::size_t next_ = 0;
};

}  // namespace starling
