#pragma once

#include "tests/consensus/objective_fixture.h"

namespace starling {

// More rows than a segment of a column, a partial sum and a block of a network have.
inline std::vector<ObjectiveCase> long_cases() {
  std::vector<ObjectiveCase> cases;
  for (const char* kind : {"least_squares", "logistic", "softmax", "mlp", "cnn"}) {
    const ObjectiveEntry* entry = find_objective(kind);
    const std::string_view name = entry->name;
    const std::uint64_t classes = !entry->classifies ? 0 : name == "logistic" ? 2 : 37;
    const char* config = name == "mlp"   ? R"({"l2":0.05,"hidden":"5"})"
                         : name == "cnn" ? R"({"l2":0.05,"layers":"convolution:2:3"})"
                                         : R"({"l2":0.05})";
    for (const bool sparse : {false, true})
      cases.push_back({std::string(kind) + (sparse ? "_long_sparse" : "_long"), entry, config,
                       sample_rows(5000, 9, classes, sparse, 6)});
  }
  return cases;
}

// Images of 5 x 7 pixels and two channels, so that every kernel passes a border and every pool
// leaves a rest; 140 rows: two blocks of 64 and a part of one, and half of them one and a part.
inline std::vector<ObjectiveCase> network_cases() {
  struct Layers {
    const char *name, *config;
  };
  const Layers layers[] = {
      {"max", R"("layers":"convolution:3:3,max:2,convolution:4:5,max:2")"},
      {"average", R"("layers":"convolution:3:1,average:3,dense:5","activation":"tanh")"},
      {"pool_first", R"("layers":"max:2,average:2,dense:4,dense:3","loss":"mse")"},
      {"kernel_beyond", R"("layers":"convolution:2:9,convolution:2:3","activation":"gelu")"},
      {"dropout", R"("layers":"convolution:2:3,max:5,dense:9,dense:6","dropout":0.3)"},
  };
  const ObjectiveEntry *cnn = find_objective("cnn"), *mlp = find_objective("mlp");
  std::vector<ObjectiveCase> cases;
  for (const Layers& one : layers)
    for (const char* normalisation : {"none", "local", "gossip"})
      cases.push_back({std::string("cnn_") + one.name + "_" + normalisation, cnn,
                       R"({"height":5,"width":7,"channels":2,"l2":0.05,"normalisation":")" +
                           std::string(normalisation) + "\"," + one.config + "}",
                       sample_rows(140, 70, 3, false, 9)});
  cases.push_back({"cnn_sparse_gossip", cnn,
                   R"({"height":5,"width":7,"channels":2,"layers":"convolution:3:3,max:2",)"
                   R"("normalisation":"gossip"})",
                   sample_rows(131, 70, 3, true, 9)});
  cases.push_back(
      {"mlp_dropout", mlp, R"({"hidden":"7,5","dropout":0.3})", sample_rows(1500, 9, 3, false, 7)});
  return cases;
}

}  // namespace starling
