// Least squares, logistic regression and softmax: one product with A, the losses, one with A^T.

#include "consensus/objectives/keys.h"
#include "cuda/model.h"

namespace starling::cuda {
namespace {

double l2_of(const char* kind, const starling_objective_request& request) {
  return ObjectiveKeys(kind, "l2", request.config).number("l2", 0, 0, 1e6);
}

//   scores = A_B X,   gradient = A_B^T slopes + l2 X
//
// Shapes    X, gradient: columns x classes, row by row; scores, slopes: rows of the batch x
//           classes. BLAS, which counts column by column, sees each of them transposed.
template <class Real>
class LinearModel : public Model<Real> {
 public:
  LinearModel(Device& device, const starling_objective_request& request, const char* kind,
              std::size_t classes)
      : Model<Real>(device, *request.data, l2_of(kind, request)),
        classes_(classes),
        gathered_(device),
        scores_(device),
        partial_(device) {
    if (!this->rows_.dense()) partial_.reserve(this->rows_.view().segments * classes);
  }
  std::size_t dimension() const override { return this->rows_.columns() * classes_; }

 protected:
  // scores become slopes times 1 / rows of the batch.
  virtual void losses(const BatchView& batch, Real share, Real* scores, double* losses) = 0;
  Stream stream() const { return this->device_.stream(); }
  const RowsView<Real>& view() const { return this->rows_.view(); }

  const std::size_t classes_;

 private:
  void queue(const BatchView& batch, std::optional<Draw>, const Real* x, Real* gradient,
             double* found) override {
    scores_.reserve(batch.size * classes_);
    const Real share = static_cast<Real>(1 / static_cast<double>(batch.size));
    if (this->rows_.dense())
      queue_dense(batch, share, x, gradient, found);
    else
      queue_sparse(batch, share, x, gradient, found);
  }

  void queue_sparse(const BatchView& batch, Real share, const Real* x, Real* gradient,
                    double* found) {
    row_products(stream(), view(), batch, classes_, x, scores_.data());
    losses(batch, share, scores_.data(), found);
    column_products(stream(), view(), batch, classes_, scores_.data(), static_cast<Real>(this->l2_),
                    x, partial_.data(), gradient);
  }

  void queue_dense(const BatchView& batch, Real share, const Real* x, Real* gradient,
                   double* found) {
    const std::size_t d = this->rows_.columns(), m = batch.size;
    const Real* a = view().value;
    if (batch.rows) {
      gather_rows(stream(), view(), batch, 0, m, gathered_.reserve(m * d));
      a = gathered_.data();
    }
    Device& device = this->device_;
    if (classes_ == 1)
      device.multiply(Transpose::yes, d, m, a, x, scores_.data());
    else
      device.multiply(Transpose::no, Transpose::no, classes_, m, d, x, classes_, a, d, Real(0),
                      scores_.data(), classes_);
    losses(batch, share, scores_.data(), found);
    if (classes_ == 1)
      device.multiply(Transpose::no, d, m, a, scores_.data(), gradient);
    else
      device.multiply(Transpose::no, Transpose::yes, classes_, d, m, scores_.data(), classes_, a, d,
                      Real(0), gradient, classes_);
    if (this->l2_ > 0) add_scaled(stream(), dimension(), static_cast<Real>(this->l2_), x, gradient);
  }

  Buffer<Real> gathered_, scores_, partial_;
};

template <class Real, LinearLoss loss>
class Regression final : public LinearModel<Real> {
 public:
  Regression(Device& device, const starling_objective_request& request, const char* kind)
      : LinearModel<Real>(device, request, kind, 1) {}

 private:
  void losses(const BatchView& batch, Real share, Real* scores, double* found) override {
    linear_losses(this->stream(), loss, this->view(), batch, share, scores, found);
  }
};

template <class Real>
class Softmax final : public LinearModel<Real> {
 public:
  Softmax(Device& device, const starling_objective_request& request)
      : LinearModel<Real>(device, request, "softmax", request.data->classes) {}

 private:
  void losses(const BatchView& batch, Real share, Real* scores, double* found) override {
    class_losses(this->stream(), ClassLoss::cross_entropy, this->view(), batch, 0, batch.size,
                 this->classes_, share, scores, found);
  }
};

}  // namespace

template <class Real>
std::unique_ptr<Model<Real>> make_least_squares(Device& device,
                                                const starling_objective_request& request) {
  return std::make_unique<Regression<Real, LinearLoss::squared>>(device, request, "least_squares");
}
template <class Real>
std::unique_ptr<Model<Real>> make_logistic(Device& device,
                                           const starling_objective_request& request) {
  return std::make_unique<Regression<Real, LinearLoss::logistic>>(device, request, "logistic");
}
template <class Real>
std::unique_ptr<Model<Real>> make_softmax(Device& device,
                                          const starling_objective_request& request) {
  return std::make_unique<Softmax<Real>>(device, request);
}

template std::unique_ptr<Model<float>> make_least_squares(Device&,
                                                          const starling_objective_request&);
template std::unique_ptr<Model<double>> make_least_squares(Device&,
                                                           const starling_objective_request&);
template std::unique_ptr<Model<float>> make_logistic(Device&, const starling_objective_request&);
template std::unique_ptr<Model<double>> make_logistic(Device&, const starling_objective_request&);
template std::unique_ptr<Model<float>> make_softmax(Device&, const starling_objective_request&);
template std::unique_ptr<Model<double>> make_softmax(Device&, const starling_objective_request&);

}  // namespace starling::cuda
