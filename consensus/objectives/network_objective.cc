#include "consensus/objectives/network_objective.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace starling {
namespace {

// Both: z becomes the slope along it.
double squared_loss(double* z, std::uint64_t classes, std::uint64_t label) {
  z[label] -= 1;
  return dot_in_order(z, z, classes) / 2;
}

double cross_entropy(double* z, std::uint64_t classes, std::uint64_t label) {
  const double own = z[label], highest = *std::max_element(z, z + classes);
  double total = 0;
  for (std::uint64_t c = 0; c < classes; ++c) total += z[c] = std::exp(z[c] - highest);
  for (std::uint64_t c = 0; c < classes; ++c) z[c] /= total;
  z[label] -= 1;
  return std::log(total) + (highest - own);
}

}  // namespace

NetworkObjective::NetworkObjective(const starling_objective_request& request,
                                   const NetworkKind& kind)
    : RowObjective(request, kind.name),
      kind_(kind),
      keys_(kind.name, kind.keys, request.config),
      l2_(keys_.number("l2", 0, 0, 1e6)),
      seed_(keys_.integer("seed", 1, 0, std::numeric_limits<std::uint64_t>::max())),
      node_(request.node),
      squared_(keys_.word("loss", "cross_entropy", "cross_entropy mse") == "mse"),
      network_(kind.plan(keys_, rows_.columns(), rows_.classes())) {
  require_classes(rows_, kind.name);
}

Constants NetworkObjective::constants() { return {std::numeric_limits<double>::infinity(), 0}; }

double NetworkObjective::stochastic_gradient(const double* x, std::uint64_t seed,
                                             std::uint64_t step, std::uint64_t batch,
                                             double* gradient) {
  dropping_.emplace(seed, Purpose::dropout, node_, static_cast<std::uint32_t>(step));
  const double value = RowObjective::stochastic_gradient(x, seed, step, batch, gradient);
  dropping_.reset();
  return value;
}

double NetworkObjective::gradient_over(const Batch& batch, const double* x, double* gradient) {
  if (gradient) std::fill_n(gradient, dimension(), 0.0);
  const double m = static_cast<double>(batch.size);
  double sum = 0;
  for_blocks(rows_, batch, {Pass::Aim::learn, 0, 1 / m, dropping_ ? &*dropping_ : nullptr}, x,
             [&](const Pass& pass, std::uint64_t first, Values& z) {
               sum += losses(batch, first, pass, z);
               if (gradient) network_.backward(pass, x, gradient);
             });
  const std::uint64_t parameters = network_.parameters();
  if (gradient) add_scaled(gradient, l2_, x, parameters);
  return sum / m + l2_ / 2 * dot_in_order(x, x, parameters);
}

std::uint64_t NetworkObjective::correct(const double* x, const starling_data& data) {
  const DataRows rows(&data, kind_.name);
  if (rows.columns() != rows_.columns())
    throw ObjectiveError(std::string(kind_.name) + ": the rows to predict have other columns");
  if (network_.gathers()) {
    network_.begin_gathering();
    for_blocks(rows_, {nullptr, rows_.count()}, {Pass::Aim::gather, 0}, x,
               [](const Pass&, std::uint64_t, Values&) {});
  }
  const std::uint64_t classes = rows_.classes();
  std::uint64_t correct = 0;
  for_blocks(rows, {nullptr, rows.count()}, {Pass::Aim::predict, 0}, x,
             [&](const Pass& pass, std::uint64_t first, const Values& outputs) {
               for (std::uint64_t k = 0; k < pass.rows; ++k) {
                 const double* z = outputs.data() + k * classes;
                 const auto best = std::max_element(z, z + classes) - z;
                 correct += static_cast<double>(best) == rows.label(first + k);
               }
             });
  return correct;
}

// Through the network block by block: visit(pass, the block's first in the batch, outputs).
template <class Visit>
void NetworkObjective::for_blocks(const DataRows& rows, const Batch& batch, Pass pass,
                                  const double* x, Visit visit) {
  for (std::uint64_t first = 0; first < batch.size; first += kind_.block) {
    pass.rows = std::min(kind_.block, batch.size - first);
    visit(pass, first, network_.forward(pass, x, dense(rows, batch, first, pass.rows)));
  }
}

// Rows of the batch, one after the other: where they stand, if they do so, else copied.
const double* NetworkObjective::dense(const DataRows& rows, const Batch& batch, std::uint64_t first,
                                      std::uint64_t count) {
  if (!rows.sparse() && !batch.rows) return rows.values(first);
  block_.resize(count * rows.columns());
  for (std::uint64_t k = 0; k < count; ++k) {
    double* to = block_.data() + k * rows.columns();
    const std::uint64_t row = batch.row(first + k);
    if (rows.sparse()) {
      std::fill_n(to, rows.columns(), 0.0);
      rows.for_each(row, [&](std::uint64_t column, double value) { to[column] = value; });
    } else {
      std::copy_n(rows.values(row), rows.columns(), to);
    }
  }
  return block_.data();
}

// Their sum; z becomes its slope times the share of a row.
double NetworkObjective::losses(const Batch& batch, std::uint64_t first, const Pass& pass,
                                Values& outputs) const {
  const std::uint64_t classes = rows_.classes();
  double sum = 0;
  for (std::uint64_t k = 0; k < pass.rows; ++k) {
    double* z = outputs.data() + k * classes;
    const auto label = static_cast<std::uint64_t>(rows_.label(batch.row(first + k)));
    sum += squared_ ? squared_loss(z, classes, label) : cross_entropy(z, classes, label);
    for (std::uint64_t c = 0; c < classes; ++c) z[c] *= pass.share;
  }
  return sum;
}

}  // namespace starling
