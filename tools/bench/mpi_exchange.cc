// The same exchange as an MPI programmer writes it: one isend and one irecv of the whole vector per
// neighbor, a wait for all, then the average, with Starling's own kernel.

#include <mpi.h>

#include <cstdio>
#include <exception>
#include <vector>

#include "consensus/kernels/mix.h"
#include "consensus/pool.h"
#include "tools/bench/exchange_task.h"

namespace starling {
namespace {

class MpiPeer {
 public:
  MpiPeer(const ExchangeTask& task, int node)
      : values_(task.values), neighbors_(task.neighbors(node)), weights_(task.weights(node)) {
    for (std::size_t j = 0; j < neighbors_.size(); ++j) {
      buffers_.push_back(pool_.take(values_ * sizeof(float)));
      inputs_.push_back(reinterpret_cast<const float*>(buffers_.back().data()));
    }
    requests_.resize(2 * neighbors_.size());
  }

  void round(const float* own, float* next) {
    const int count = static_cast<int>(values_);
    MPI_Request* request = requests_.data();
    for (std::size_t j = 0; j < neighbors_.size(); ++j)
      MPI_Irecv(buffers_[j].data(), count, MPI_FLOAT, neighbors_[j], 0, MPI_COMM_WORLD, request++);
    for (const int other : neighbors_)
      MPI_Isend(own, count, MPI_FLOAT, other, 0, MPI_COMM_WORLD, request++);
    MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    mix_(own, nullptr, inputs_.data(), weights_.data(), weights_.size(), 1.0f, values_, next);
  }

 private:
  std::size_t values_;
  std::vector<int> neighbors_;
  std::vector<float> weights_;
  Pool pool_;
  std::vector<Buffer> buffers_;
  std::vector<const float*> inputs_;
  std::vector<MPI_Request> requests_;
  MixKernel<float> mix_ = mix_kernel<float>();
};

int run(const ExchangeTask& task, int rank, int ranks) {
  if (ranks != task.nodes) {
    std::fprintf(stderr, "starling-bench-mpi: %d ranks for %d nodes\n", ranks, task.nodes);
    return 2;
  }
  const std::size_t size = report_size(task);
  std::vector<double> report(size), all(rank == 0 ? size * static_cast<std::size_t>(ranks) : 0);
  MpiPeer peer(task, rank);
  run_exchange(
      task, rank, [&](const float* own, float* next) { peer.round(own, next); }, report.data());
  const int count = static_cast<int>(size);
  MPI_Gather(report.data(), count, MPI_DOUBLE, all.data(), count, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  if (rank == 0) std::puts(exchange_json(task, all.data()).c_str());
  return 0;
}

}  // namespace
}  // namespace starling

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, ranks = 0, code = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  try {
    code = starling::run(starling::parse_exchange_task(argc, argv), rank, ranks);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "starling-bench-mpi: %s\n", error.what());
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  MPI_Finalize();
  return code;
}
