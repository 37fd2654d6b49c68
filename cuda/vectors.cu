#include <string_view>

#include "cuda/kernels.h"
#include "cuda/launch.h"

namespace starling::cuda {
namespace {

// A warp for each kPartial of them, then one warp for what those have found.
template <class Term>
void sum_of(Stream stream, std::size_t size, double* partial, double* result, Term term) {
  for_each_warp(stream, partial_sums(size), [=] STARLING_HOST_DEVICE(std::size_t p, Warp warp) {
    const std::size_t begin = p * kPartial;
    const std::size_t end = begin + kPartial < size ? begin + kPartial : size;
    const double found = warp.sum(begin, end, term);
    if (warp.leads()) partial[p] = found;
  });
  for_each_warp(stream, 1, [=] STARLING_HOST_DEVICE(std::size_t, Warp warp) {
    const double found = warp.sum(0, partial_sums(size), [&](std::size_t p) { return partial[p]; });
    if (warp.leads()) *result = found;
  });
}

struct Values {
  const double* of;
  STARLING_HOST_DEVICE double operator()(std::size_t k) const { return of[k]; }
};

template <class Real>
struct Squares {
  const Real* of;
  STARLING_HOST_DEVICE double operator()(std::size_t k) const {
    return static_cast<double>(of[k]) * static_cast<double>(of[k]);
  }
};

template <class Real, class Update, bool decoupled>
void update_with(Stream stream, const VectorUpdate<Real>& u) {
  const Real kept = kept_by_decay(u, decoupled);
  for_each_index(stream, u.size, [=] STARLING_HOST_DEVICE(std::size_t k) {
    update_entry<Real, Update, decoupled>(u, kept, k);
  });
}

template <class Real>
struct NamedUpdate {
  std::string_view name;
  void (*run)(Stream, const VectorUpdate<Real>&);
};
template <class Real>
constexpr NamedUpdate<Real> kUpdates[] = {
    {"sgd", update_with<Real, SgdUpdate, false>},
    {"momentum", update_with<Real, MomentumUpdate, false>},
    {"nesterov", update_with<Real, NesterovUpdate, false>},
    {"adam", update_with<Real, AdamUpdate, false>},
    {"adamw", update_with<Real, AdamUpdate, true>},
    {"amsgrad", update_with<Real, AmsgradUpdate, false>},
    {"adagrad", update_with<Real, AdagradUpdate, false>},
    {"rmsprop", update_with<Real, RmspropUpdate, false>},
};

}  // namespace

void sum(Stream stream, const double* values, std::size_t size, double* partial, double* sum) {
  sum_of(stream, size, partial, sum, Values{values});
}

template <class Real>
void sum_of_squares(Stream stream, const Real* x, std::size_t size, double* partial, double* sum) {
  sum_of(stream, size, partial, sum, Squares<Real>{x});
}

template <class Real>
void add_scaled(Stream stream, std::size_t size, Real factor, const Real* x, Real* y) {
  for_each_index(stream, size, [=] STARLING_HOST_DEVICE(std::size_t k) { y[k] += factor * x[k]; });
}

template <class Real>
void scale_by(Stream stream, std::size_t size, const Real* factors, Real* x) {
  for_each_index(stream, size, [=] STARLING_HOST_DEVICE(std::size_t k) { x[k] *= factors[k]; });
}

template <class Real>
bool update(Stream stream, const std::string& optimizer, const VectorUpdate<Real>& u) {
  for (const NamedUpdate<Real>& entry : kUpdates<Real>)
    if (entry.name == optimizer) {
      entry.run(stream, u);
      return true;
    }
  return false;
}

#define STARLING_INSTANCES(Real)                                                    \
  template void sum_of_squares(Stream, const Real*, std::size_t, double*, double*); \
  template void add_scaled(Stream, std::size_t, Real, const Real*, Real*);          \
  template void scale_by(Stream, std::size_t, const Real*, Real*);                  \
  template bool update(Stream, const std::string&, const VectorUpdate<Real>&);
STARLING_INSTANCES(float)
STARLING_INSTANCES(double)
#undef STARLING_INSTANCES

}  // namespace starling::cuda
