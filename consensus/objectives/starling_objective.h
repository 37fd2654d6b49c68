#ifndef STARLING_OBJECTIVE_H
#define STARLING_OBJECTIVE_H

/* The one door for objectives: built-in ones, the CUDA module and a user's own shared library come
 * through it.
 *
 *   minimise  f(x) = sum_i pi_i f_i(x)          node i creates one objective: its f_i
 *
 * Plain C: pointers and sizes, no exceptions and no C++ types across it. Vectors are `dimension`
 * contiguous values, double or float as `create` was told. One instance is used by one thread at a
 * time; instances are independent. New entries are added at the end of the table only: a caller
 * reads no further than `struct_size`.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STARLING_OBJECTIVE_ABI 2

typedef enum { STARLING_FLOAT32 = 4, STARLING_FLOAT64 = 8 } starling_precision;

/* One node's share of the data: rows in CSR; a dense matrix lists every column of every row. Owned
 * by the caller, unchanged and alive as long as the instance. rows = 0 for objectives without data.
 */
typedef struct {
  uint64_t rows, columns, classes;
  const uint64_t* row_begin; /* rows + 1 */
  const uint32_t* column;    /* NULL: dense, row-major, `columns` values a row */
  const double* value;
  const double* label; /* rows: the target; a class index 0 .. classes-1 for classification, so 0/1
                          when binary */
} starling_data;

/* Who asks, and for which node; everything else an objective needs stands in its configuration
 * string. */
typedef struct {
  uint32_t abi;         /* STARLING_OBJECTIVE_ABI of the caller */
  uint32_t node, nodes; /* this node, and how many there are */
  starling_precision precision;
  const char* config; /* JSON object: the keys of [shared.objective] */
  const starling_data* data;
  const char* local; /* JSON object: what of [local] is the objective's, of this node alone */
} starling_objective_request;

/* [shared.optimizer], every key of it. */
typedef struct {
  const char* kind;
  double momentum, beta_1, beta_2, epsilon, weight_decay, clip_norm, clip_value;
} starling_optimizer;

/* Everything a node does between two mixings:
 *
 *   x <- update(x, scale grad f_i(x)) - share shift,    `steps` times
 */
typedef struct {
  uint64_t steps;
  uint64_t batch;      /* rows a gradient is over; 0: all */
  uint64_t seed, step; /* as in stochastic_gradient: `step` is the first update's, one more for each
                        */
  double step_size;
  double scale;
  const void* shift; /* `dimension` values, or NULL: none */
  double share;
  starling_optimizer optimizer;
  void* states[3];  /* the optimizer's vectors, `dimension` values each, kept by the caller; NULL
                       beyond what it needs */
  uint64_t updates; /* that made them */
} starling_local_steps;

typedef struct starling_objective starling_objective; /* an instance, opaque */

typedef struct {
  uint32_t abi;
  uint32_t struct_size;
  const char* name;

  /* NULL on failure, with a sentence in `error` (always terminated). */
  starling_objective* (*create)(const starling_objective_request* request, char* error,
                                size_t error_size);
  void (*destroy)(starling_objective*);
  uint64_t (*dimension)(const starling_objective*);

  /* f_i(x) in `value` and, unless gradient is NULL, grad f_i(x): one pass over the data. 0 or an
   * error code. */
  int (*gradient)(starling_objective*, const void* x, void* gradient, double* value);
  /* The constants of f_i: |grad f_i(x) - grad f_i(y)| <= L |x - y|, f_i - (mu/2)|x|^2 convex;
   * L = INFINITY, mu = 0 where they are not known. 0 or an error code. */
  int (*constants)(starling_objective*, double* smoothness, double* strong_convexity);
  const char* (*error)(const starling_objective*); /* text of the last error of this instance */

  /* Optional: NULL where there is none. */
  /* The minimiser of the *global* f, `dimension` doubles; an error where this instance knows none.
   * x = NULL only asks whether there is one (0: yes) and computes nothing. */
  int (*optimum)(starling_objective*, double* x);
  /* correct predictions of x on given rows; 0 or an error code */
  int (*accuracy)(starling_objective*, const void* x, const starling_data* data, uint64_t* correct);
  /* f_i over `batch` rows and its gradient unless NULL: rows drawn by the stream (seed, node,
   * step), all of them if there are no more; without bias, over the steps */
  int (*stochastic_gradient)(starling_objective*, const void* x, uint64_t seed, uint64_t step,
                             uint64_t batch, void* gradient, double* value);
  int (*hessian_vector)(starling_objective*, const void* x, const void* v, void* result);
  /* L and mu of the *global* f (L_g <= L_i's maximum, mu_g >= their minimum), where they are known
   */
  int (*global_constants)(starling_objective*, double* smoothness, double* strong_convexity);
  /* where to start, the same on every node; zero where this is NULL */
  int (*initial)(starling_objective*, void* x);
  /* Takes the steps itself, in place, where its data is; f_i where the last gradient was taken in
   * `value`. steps = NULL only asks whether this instance does (0: yes). */
  int (*local_steps)(starling_objective*, const starling_local_steps* steps, void* x,
                     double* value);
} starling_objective_vtable;

/* A shared library exports exactly this. */
typedef const starling_objective_vtable* (*starling_objective_entry)(void);
#define STARLING_OBJECTIVE_ENTRY "starling_objective_plugin"

#ifdef __cplusplus
}
#endif
#endif
