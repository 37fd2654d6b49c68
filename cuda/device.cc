#include "cuda/device.h"

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstring>

namespace starling::cuda {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes of a pinned buffer; there are two

// Bytes that products may use on the way: what cuBLAS takes for itself, by compute capability. One
// that is given is the same inside a recording and outside, and so are the bits.
constexpr std::size_t workspace_bytes(int major) { return std::size_t{major < 9 ? 4u : 32u} << 20; }

void check_product(cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw DeviceError(std::string("cuBLAS: ") + cublasGetStatusString(status));
}

cublasOperation_t operation(Transpose transposed) {
  return transposed == Transpose::yes ? CUBLAS_OP_T : CUBLAS_OP_N;
}

std::int64_t signed_size(std::size_t size) { return static_cast<std::int64_t>(size); }

cublasComputeType_t compute_type(Factors factors) {
  if (factors == Factors::tf32) return CUBLAS_COMPUTE_32F_FAST_TF32;
  return factors == Factors::bf16 ? CUBLAS_COMPUTE_32F_FAST_16BF : CUBLAS_COMPUTE_32F;
}

cublasStatus_t gemm(cublasHandle_t blas, Factors factors, Transpose ta, Transpose tb,
                    std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                    std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c,
                    std::int64_t ldc) {
  const float one = 1;
  return cublasGemmEx_64(blas, operation(ta), operation(tb), m, n, k, &one, a, CUDA_R_32F, lda, b,
                         CUDA_R_32F, ldb, &beta, c, CUDA_R_32F, ldc, compute_type(factors),
                         CUBLAS_GEMM_DEFAULT);
}
cublasStatus_t gemm(cublasHandle_t blas, Factors, Transpose ta, Transpose tb, std::int64_t m,
                    std::int64_t n, std::int64_t k, const double* a, std::int64_t lda,
                    const double* b, std::int64_t ldb, double beta, double* c, std::int64_t ldc) {
  const double one = 1;
  return cublasDgemm_64(blas, operation(ta), operation(tb), m, n, k, &one, a, lda, b, ldb, &beta, c,
                        ldc);
}
cublasStatus_t gemv(cublasHandle_t blas, Transpose t, std::int64_t m, std::int64_t n,
                    const float* a, const float* x, float* y) {
  const float one = 1, zero = 0;
  return cublasSgemv_64(blas, operation(t), m, n, &one, a, m, x, 1, &zero, y, 1);
}
cublasStatus_t gemv(cublasHandle_t blas, Transpose t, std::int64_t m, std::int64_t n,
                    const double* a, const double* x, double* y) {
  const double one = 1, zero = 0;
  return cublasDgemv_64(blas, operation(t), m, n, &one, a, m, x, 1, &zero, y, 1);
}

}  // namespace

void check(int code, const char* what) {
  if (code != cudaSuccess)
    throw DeviceError(std::string(what) +
                      " failed: " + cudaGetErrorString(static_cast<cudaError_t>(code)));
}

std::uint32_t device_count(std::string& why_none) {
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaErrorInsufficientDriver)
    why_none = "no NVIDIA driver, or one too old for CUDA " +
               std::to_string(CUDART_VERSION / 1000) + "." +
               std::to_string(CUDART_VERSION % 1000 / 10);
  else if (code != cudaSuccess)
    why_none = cudaGetErrorString(code);
  else if (count == 0)
    why_none = "the NVIDIA driver knows no device";
  return code == cudaSuccess ? static_cast<std::uint32_t>(count) : 0;
}

struct Device::State {
  int index;
  cudaStream_t stream = nullptr;
  int major = 0;  // of its compute capability
  cublasHandle_t blas = nullptr;
  void* workspace = nullptr;
  Factors factors = Factors::plain;
  cudaGraphExec_t graph = nullptr;  // what was recorded
  unsigned char* pinned[2] = {};
  cudaEvent_t copied[2] = {};
  int side = 0;  // whose turn it is

  explicit State(int which) : index(which) { check(cudaSetDevice(index), "cudaSetDevice"); }
  ~State() {
    cudaSetDevice(index);
    forget();
    if (blas) cublasDestroy(blas);
    cudaFree(workspace);
    for (cudaEvent_t event : copied)
      if (event) cudaEventDestroy(event);
    for (unsigned char* buffer : pinned)
      if (buffer) cudaFreeHost(buffer);
    if (stream) cudaStreamDestroy(stream);
  }
  void forget() {
    if (!graph) return;
    cudaStreamSynchronize(stream);  // it may be under way
    cudaGraphExecDestroy(graph);
    graph = nullptr;
  }
};

Device::Device(int index) : state_(std::make_unique<State>(index)) {
  check(cudaStreamCreateWithFlags(&state_->stream, cudaStreamNonBlocking), "cudaStreamCreate");
  for (unsigned char*& buffer : state_->pinned)
    check(cudaMallocHost(reinterpret_cast<void**>(&buffer), kPiece), "cudaMallocHost");
  for (cudaEvent_t& event : state_->copied)
    check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreate");
  check_product(cublasCreate(&state_->blas));
  check_product(cublasSetStream(state_->blas, state_->stream));
  check(cudaDeviceGetAttribute(&state_->major, cudaDevAttrComputeCapabilityMajor, index),
        "cudaDeviceGetAttribute");
  const std::size_t bytes = workspace_bytes(state_->major);
  state_->workspace = allocate(bytes);
  check_product(cublasSetWorkspace(state_->blas, state_->workspace, bytes));
}

Device::~Device() = default;

void Device::use() { check(cudaSetDevice(state_->index), "cudaSetDevice"); }
Stream Device::stream() const { return state_->stream; }

void Device::round(Factors factors) {
  const std::string name = factors == Factors::bf16 ? "bf16" : "tf32";
  if (factors != Factors::plain && state_->major < 8)
    throw DeviceError("local.tensor_cores = \"" + name +
                      "\": cuda:" + std::to_string(state_->index) + " is of compute capability " +
                      std::to_string(state_->major) + ".x; " + name + " begins with 8.0");
  state_->factors = factors;
}

void* Device::allocate(std::size_t bytes) {
  ++allocations_;
  void* pointer = nullptr;
  const cudaError_t code = cudaMalloc(&pointer, bytes);
  if (code == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is told here, not by the next launch
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    throw DeviceError("cuda:" + std::to_string(state_->index) +
                      " is out of memory: " + std::to_string(bytes) + " bytes asked for, " +
                      std::to_string(free) + " of " + std::to_string(total) + " free");
  }
  check(code, "cudaMalloc");
  return pointer;
}

void Device::release(void* pointer) noexcept {
  if (!pointer) return;
  cudaSetDevice(state_->index);
  cudaFree(pointer);  // waits for what still reads it; its errors are older ones, told elsewhere
}

void Device::clear(void* to, std::size_t bytes) {
  check(cudaMemsetAsync(to, 0, bytes, state_->stream), "cudaMemset");
}

void Device::upload(void* to, const void* from, std::size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  auto* source = static_cast<const unsigned char*>(from);
  int& side = state_->side;
  for (std::size_t at = 0; at < bytes; at += kPiece, side = 1 - side) {
    const std::size_t size = std::min(kPiece, bytes - at);
    check(cudaEventSynchronize(state_->copied[side]), "an upload");
    std::memcpy(state_->pinned[side], source + at, size);
    check(cudaMemcpyAsync(target + at, state_->pinned[side], size, cudaMemcpyHostToDevice,
                          state_->stream),
          "an upload");
    check(cudaEventRecord(state_->copied[side], state_->stream), "an upload");
  }
}

void Device::download(void* to, const void* from, std::size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  auto* source = static_cast<const unsigned char*>(from);
  const auto begin = [&](std::size_t at, int side) {
    if (at >= bytes) return;
    check(cudaMemcpyAsync(state_->pinned[side], source + at, std::min(kPiece, bytes - at),
                          cudaMemcpyDeviceToHost, state_->stream),
          "a download");
    check(cudaEventRecord(state_->copied[side], state_->stream), "a download");
  };
  int& side = state_->side;
  begin(0, side);
  for (std::size_t at = 0; at < bytes; at += kPiece, side = 1 - side) {
    begin(at + kPiece, 1 - side);
    check(cudaEventSynchronize(state_->copied[side]), "a download, or a kernel before it");
    std::memcpy(target + at, state_->pinned[side], std::min(kPiece, bytes - at));
  }
}

void Device::begin_recording() {
  state_->forget();
  check(cudaStreamBeginCapture(state_->stream, cudaStreamCaptureModeThreadLocal), "a recording");
}

void Device::end_recording() {
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(state_->stream, &graph), "a recording");
  const cudaError_t code = cudaGraphInstantiate(&state_->graph, graph, 0);
  cudaGraphDestroy(graph);
  check(code, "cudaGraphInstantiate");
}

void Device::drop_recording() noexcept {
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(state_->stream, &graph);
  if (graph) cudaGraphDestroy(graph);
}

void Device::launch_recording() {
  check(cudaGraphLaunch(state_->graph, state_->stream), "cudaGraphLaunch");
}

template <class Real>
void Device::multiply(Transpose a_transposed, Transpose b_transposed, std::size_t rows,
                      std::size_t columns, std::size_t inner, const Real* a, std::size_t lda,
                      const Real* b, std::size_t ldb, Real beta, Real* c, std::size_t ldc) {
  check_product(gemm(state_->blas, state_->factors, a_transposed, b_transposed, signed_size(rows),
                     signed_size(columns), signed_size(inner), a, signed_size(lda), b,
                     signed_size(ldb), beta, c, signed_size(ldc)));
}

template <class Real>
void Device::multiply(Transpose transposed, std::size_t rows, std::size_t columns, const Real* a,
                      const Real* x, Real* y) {
  check_product(gemv(state_->blas, transposed, signed_size(rows), signed_size(columns), a, x, y));
}

template void Device::multiply(Transpose, Transpose, std::size_t, std::size_t, std::size_t,
                               const float*, std::size_t, const float*, std::size_t, float, float*,
                               std::size_t);
template void Device::multiply(Transpose, Transpose, std::size_t, std::size_t, std::size_t,
                               const double*, std::size_t, const double*, std::size_t, double,
                               double*, std::size_t);
template void Device::multiply(Transpose, std::size_t, std::size_t, const float*, const float*,
                               float*);
template void Device::multiply(Transpose, std::size_t, std::size_t, const double*, const double*,
                               double*);

}  // namespace starling::cuda
