#include <algorithm>

#include "consensus/objectives/builtin.h"

namespace starling {
namespace {

const starling_objective_vtable kLeastSquares =
    builtin_vtable<make_least_squares>("least_squares", {.samples = true});
const starling_objective_vtable kLogistic =
    builtin_vtable<make_logistic>("logistic", {.predicts = true, .samples = true});
const starling_objective_vtable kSoftmax =
    builtin_vtable<make_softmax>("softmax", {.predicts = true, .samples = true});
const starling_objective_vtable kMlp =
    builtin_vtable<make_mlp>("mlp", {.predicts = true, .samples = true});
const starling_objective_vtable kCnn =
    builtin_vtable<make_cnn>("cnn", {.predicts = true, .samples = true});
const starling_objective_vtable kMatrixFactorisation =
    builtin_vtable<make_matrix_factorisation>("matrix_factorisation", {.samples = true});
const starling_objective_vtable kReferenceQuadratic =
    builtin_vtable<make_reference_quadratic>("reference_quadratic", {});
const starling_objective_vtable kReferenceLogistic =
    builtin_vtable<make_reference_logistic>("reference_logistic", {});
const starling_objective_vtable kVectors = builtin_vtable<make_vectors>("vectors", {});

// name, summary, table, use of data, labels are classes, own keys
const ObjectiveEntry kObjectives[] = {
    {"least_squares", "linear regression, mean squared error / 2, L2", &kLeastSquares,
     DataUse::rows, false, "l2"},
    {"logistic", "two classes, logistic loss, L2", &kLogistic, DataUse::rows, true, "l2"},
    {"softmax", "several classes, cross entropy, L2", &kSoftmax, DataUse::rows, true, "l2"},
    {"mlp", "several classes, a multilayer perceptron, L2, dropout", &kMlp, DataUse::rows, true,
     "l2 dropout seed", "hidden activation loss"},
    {"cnn", "several classes, a convolutional network, L2, dropout, batch normalisation", &kCnn,
     DataUse::rows, true, "l2 dropout seed height width channels",
     "layers activation loss normalisation"},
    {"matrix_factorisation", "low-rank factors of sparse rows; a row's own stay private",
     &kMatrixFactorisation, DataUse::rows, false, "l2 rank seed"},
    {"reference_quadratic", "quadratics of known spectrum and optimum, generated",
     &kReferenceQuadratic, DataUse::none, false, "dimension kappa heterogeneity spread seed"},
    {"reference_logistic", "logistic regression of known optimum, generated", &kReferenceLogistic,
     DataUse::none, true, "samples dimension l2 heterogeneity seed"},
    {"vectors", "distance to given or random vectors: the optimum is their mean", &kVectors,
     DataUse::vectors, false, "random seed"},
};

const ObjectiveEntry kPlugin = {"plugin", "an objective of your own, in a shared library",
                                nullptr,  DataUse::rows_if_given,
                                false,    ""};

}  // namespace

std::span<const ObjectiveEntry> objectives() { return kObjectives; }

const ObjectiveEntry* find_objective(std::string_view name) {
  if (name == kPlugin.name) return &kPlugin;
  const auto* found = std::find_if(std::begin(kObjectives), std::end(kObjectives),
                                   [&](const ObjectiveEntry& entry) { return entry.name == name; });
  return found == std::end(kObjectives) ? nullptr : found;
}

}  // namespace starling
