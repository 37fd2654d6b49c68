#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cuda/kernels.h"
#include "cuda/resident_rows.h"

namespace starling::cuda {

// Names the stream of what is random in a mini-batch beside its rows.
struct Draw {
  std::uint64_t seed, step;
};

// What differs from twin to twin: f_i over some of its rows, on the device.
//
//   f_i(x) = 1/m sum_s loss_s(x) + l2/2 |x|^2,   |x| over its parameters
//
// The products and slopes are computed in Real, the value is summed in double; all sums are in one
// fixed order, so a device gives the same bits again. x and gradient lie on the device.
template <class Real>
class Model {
 public:
  Model(Device& device, const starling_data& data, double l2);
  virtual ~Model() = default;

  ResidentRows<Real>& rows() { return rows_; }
  // Only queued; `value` waits for it. Of few rows the gradient over all is recorded, and so one
  // call for the host. Requires  the same x and gradient each time: what they hold may differ.
  void gradient(const BatchView& batch, std::optional<Draw> draw, const Real* x, Real* gradient);
  double value();  // f_i where the last gradient was taken
  virtual std::size_t dimension() const = 0;
  virtual std::size_t parameters() const { return dimension(); }  // the first of x: l2 is of these

 protected:
  // losses[k] of the batch's rows, and the gradient with l2 x.
  virtual void queue(const BatchView& batch, std::optional<Draw> draw, const Real* x,
                     Real* gradient, double* losses) = 0;

  Device& device_;
  ResidentRows<Real> rows_;
  const double l2_;

 private:
  std::size_t size_ = 1;  // of the last batch
  Buffer<double> losses_, partial_, sums_;
};

// They read their own keys in the objective's configuration, which the built-in twin has checked.
template <class Real>
using MakeModel = std::unique_ptr<Model<Real>> (*)(Device&, const starling_objective_request&);
template <class Real>
std::unique_ptr<Model<Real>> make_least_squares(Device&, const starling_objective_request&);
template <class Real>
std::unique_ptr<Model<Real>> make_logistic(Device&, const starling_objective_request&);
template <class Real>
std::unique_ptr<Model<Real>> make_softmax(Device&, const starling_objective_request&);
template <class Real>
std::unique_ptr<Model<Real>> make_mlp(Device&, const starling_objective_request&);
template <class Real>
std::unique_ptr<Model<Real>> make_cnn(Device&, const starling_objective_request&);

}  // namespace starling::cuda
