#ifndef STARLING_CUDA_H
#define STARLING_CUDA_H

/* What libstarling_cuda.so exports: objectives whose data lie on a GPU, behind the C ABI of
 * starling_objective.h. The programs of Starling never link CUDA; they load this library when a
 * node's local.device asks for it.
 */

#include "consensus/objectives/starling_objective.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STARLING_CUDA_LIBRARY "libstarling_cuda.so"

typedef struct {
  uint32_t abi;      /* STARLING_OBJECTIVE_ABI of the tables */
  const char* kinds; /* the objectives that have a twin here, separated by spaces */
  /* Its table; NULL for a kind without one. `create` reads "device" in request.local: "cuda:N". */
  const starling_objective_vtable* (*objective)(const char* kind);
  /* How many devices there are; 0 with the reason in `why` (always terminated). */
  uint32_t (*devices)(char* why, size_t why_size);
} starling_cuda_module;

typedef const starling_cuda_module* (*starling_cuda_entry)(void);
#define STARLING_CUDA_ENTRY "starling_cuda"

#ifdef __cplusplus
}
#endif
#endif
