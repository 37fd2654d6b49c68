#include <string>
#include <vector>

#include "consensus/objectives/builtin.h"
#include "consensus/objectives/keys.h"
#include "consensus/objectives/rows.h"
#include "topology/random.h"

namespace starling {
namespace {

constexpr std::uint64_t kMaxDimension = std::uint64_t{1} << 32;

// The distance to the node's vectors v: with one each, averaging written as an optimisation.
//
//   f_i(x) = 1/(2m) sum_s |x - v_s|^2 = 1/2 |x - vbar|^2 + 1/(2m) sum_s |v_s - vbar|^2        L =
//   mu = 1
//
// The rows of the data are the vectors; or random = d draws one of d standard normals for each
// node, known to all, so that the optimum (their mean) is known, too.
class Vectors final : public BuiltinObjective {
 public:
  explicit Vectors(const starling_objective_request& request)
      : keys_("vectors", "random seed", request.config),
        nodes_(request.nodes),
        random_(keys_.has("random")) {
    const bool given = request.data && request.data->rows > 0;
    if (given == random_)
      throw ObjectiveError(
          given ? "vectors: random and data exclude each other"
                : "vectors: needs data, one row for each node, or random = DIMENSION");
    seed_ = keys_.integer("seed", 1, 0, UINT64_MAX);
    if (random_) {
      centre_.resize(keys_.integer("random", 1, 1, kMaxDimension));
      draw(request.node, centre_.data());
    } else {
      average(DataRows(request.data, "vectors", false));
    }
    work_.resize(centre_.size());
  }

  std::uint64_t dimension() const override { return centre_.size(); }

  double gradient(const double* x, double* gradient) override {
    double* difference = gradient ? gradient : work_.data();
    for (std::size_t k = 0; k < centre_.size(); ++k) difference[k] = x[k] - centre_[k];
    return dot_in_order(difference, difference, centre_.size()) / 2 + spread_;
  }

  Constants constants() override { return {1, 1}; }
  std::optional<Constants> global_constants() override { return Constants{1, 1}; }
  bool has_optimum() const override { return random_; }

  void optimum(double* x) override {
    std::fill_n(x, centre_.size(), 0.0);
    for (std::uint32_t node = 0; node < nodes_; ++node) {
      draw(node, work_.data());
      add_scaled(x, 1, work_.data(), work_.size());
    }
    for (std::size_t k = 0; k < centre_.size(); ++k) x[k] /= static_cast<double>(nodes_);
  }

 private:
  void draw(std::uint32_t node, double* v) const {
    RandomStream stream(seed_, Purpose::inputs, node);
    for (std::size_t k = 0; k < centre_.size(); ++k) v[k] = stream.normal();
  }

  void average(const DataRows& rows) {
    const double m = static_cast<double>(rows.count());
    centre_.assign(rows.columns(), 0.0);
    for (std::uint64_t row = 0; row < rows.count(); ++row) rows.add(row, 1, centre_.data());
    for (double& entry : centre_) entry /= m;
    for (std::uint64_t row = 0; row < rows.count(); ++row) {
      work_ = centre_;
      rows.add(row, -1, work_.data());
      spread_ += dot_in_order(work_.data(), work_.data(), work_.size()) / (2 * m);
    }
  }

  ObjectiveKeys keys_;
  std::uint32_t nodes_;
  bool random_;
  std::uint64_t seed_ = 1;
  std::vector<double> centre_, work_;  // vbar; a work vector of the same length
  double spread_ = 0;                  // 1/(2m) sum |v_s - vbar|^2
};

}  // namespace

std::unique_ptr<BuiltinObjective> make_vectors(const starling_objective_request& request) {
  return std::make_unique<Vectors>(request);
}

}  // namespace starling
