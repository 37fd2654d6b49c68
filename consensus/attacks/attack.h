#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "topology/graph.h"
#include "topology/random.h"

namespace starling {

// What a liar knows when it lies to one honest node: all its honest neighbors have sent their
// vectors of this gossip step before it says a word (a rushing adversary).
//
// Shapes    every vector: size values.
template <class Real>
struct Knowledge {
  std::size_t size = 0;
  const Real* first = nullptr;          // what it told the first time, in truth
  const Real* to = nullptr;             // of the node it lies to
  std::span<const Real* const> honest;  // of the honest nodes whose mean and spread it lies about
  // Of the honest neighbors of the node it lies to, as far as it hears them, with their weights
  // there; and the weight of all liars there.
  std::span<const Real* const> around;
  std::span<const double> weights;
  double lying_weight = 0;
};

// An attack of the catalogue (section F), for tests: what a liar sends in place of its vector.
//
//   mu, sd    mean and population deviation of the honest vectors it hears, by coordinate
template <class Real>
using Lie = void (*)(const Knowledge<Real>& known, RandomStream& draw, Real* out);

struct AttackEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  Lie<float> lie_float;  // null: it tells the truth about a model fitted to false labels
  Lie<double> lie_double;

  bool lies() const { return lie_double != nullptr; }
  template <class Real>
  Lie<Real> lie() const {
    if constexpr (sizeof(Real) == sizeof(float))
      return lie_float;
    else
      return lie_double;
  }
};

std::span<const AttackEntry> attacks();
const AttackEntry* find_attack(std::string_view name);

}  // namespace starling
