#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "consensus/objectives/batch.h"
#include "consensus/objectives/hogwild.h"

namespace starling {

// A node's local steps as `local.solver` asks for them: rows one by one instead of mini-batches.
//
//   for e = 0 .. E - 1:   x <- update(x, a_s) for each row s of mini-batch e (hogwild.h), eta each;
//                         x <- x - share * shift
//
// So a mini-batch of B rows moves x about B times as far as one gradient step of the same size. The
// correction of a drift (exact_diffusion, k_gt) is dense: it comes once a mini-batch, for the
// threads to meet there; without one they run through all E.
//
// Requires  mini-batches, so that rows are drawn; one of all rows or more is all of them, shuffled.
// Errors    ObjectiveError: another optimizer than plain sgd, batch = 0.
class RowSteps {
 public:
  // Null where the request's `local` leaves the steps to single gradients.
  static std::unique_ptr<RowSteps> make(const starling_objective_request& request,
                                        const DataRows& rows, RowLoss loss, double l2);

  // From x in place; the last rows drawn, a mini-batch or 1024 of it: f over more than that would
  // cost as much as half the steps.
  Batch take(const starling_local_steps& steps, BatchSampler& sampler, double* x);

 private:
  RowSteps(const DataRows& rows, RowLoss loss, double l2, Sharing sharing, std::uint32_t threads)
      : solver_(rows, loss, l2, sharing, threads), count_(rows.count()) {}

  Hogwild solver_;
  const std::uint64_t count_;
  std::vector<std::uint64_t> order_;  // rows drawn and not yet stepped with
};

}  // namespace starling
