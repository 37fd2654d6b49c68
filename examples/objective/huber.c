/* Regression that outliers do not move far, as a Starling objective in one file of C.
 *
 *   f_i(x) = 1/m sum_j h(a_j . x - b_j) + l2/2 |x|^2
 *   h(r)   = r^2 / 2 where |r| <= delta, delta (|r| - delta / 2) beyond       (Huber 1964)
 *
 * A node's rows a_j and targets b_j come with the request, its numbers as the text of
 * shared.objective.options: "delta=1 l2=0.01". Sums run in double, in the order of the rows.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "starling_objective.h"

struct starling_objective {
  const starling_data* data;
  starling_precision precision;
  double delta, l2;
  double *x, *gradient; /* scratch, `columns` each */
};

/* The number behind `name=`, or `otherwise`. */
static double option(const char* config, const char* name, double otherwise) {
  const char* at = strstr(config, name);
  return at ? strtod(at + strlen(name), NULL) : otherwise;
}

static void destroy(starling_objective* self) {
  free(self->x);
  free(self->gradient);
  free(self);
}

static starling_objective* create(const starling_objective_request* request, char* error,
                                  size_t error_size) {
  const starling_data* data = request->data;
  if (!data || data->rows == 0) {
    snprintf(error, error_size, "huber needs shared.objective.data");
    return NULL;
  }
  if (request->local && !strstr(request->local, "\"device\":\"cpu\"")) {
    snprintf(error, error_size, "huber runs on the CPU only: local.device must be cpu");
    return NULL;
  }
  starling_objective* self = calloc(1, sizeof *self);
  if (self) {
    self->data = data;
    self->precision = request->precision;
    self->delta = option(request->config, "delta=", 1);
    self->l2 = option(request->config, "l2=", 0.01);
    self->x = malloc(data->columns * sizeof(double));
    self->gradient = malloc(data->columns * sizeof(double));
  }
  if (!self || !self->x || !self->gradient) {
    snprintf(error, error_size, "out of memory");
    if (self) destroy(self);
    return NULL;
  }
  if (!(self->delta > 0) || !(self->l2 > 0)) {
    snprintf(error, error_size, "shared.objective.options: delta and l2 must be above 0");
    destroy(self);
    return NULL;
  }
  return self;
}

static uint64_t dimension(const starling_objective* self) { return self->data->columns; }

/* Row j's values are those from begin(j) to begin(j + 1); a dense matrix lists all columns. */
static uint64_t begin(const starling_data* data, uint64_t row) {
  return data->column ? data->row_begin[row] : row * data->columns;
}

static uint64_t column_of(const starling_data* data, uint64_t value) {
  return data->column ? data->column[value] : value % data->columns;
}

static int gradient(starling_objective* self, const void* x, void* gradient, double* value) {
  const starling_data* data = self->data;
  const uint64_t d = data->columns;
  for (uint64_t k = 0; k < d; ++k) {
    self->x[k] = self->precision == STARLING_FLOAT32 ? ((const float*)x)[k] : ((const double*)x)[k];
    self->gradient[k] = 0;
  }
  double loss = 0, square = 0;
  for (uint64_t j = 0; j < data->rows; ++j) {
    double residual = -data->label[j];
    for (uint64_t e = begin(data, j); e < begin(data, j + 1); ++e)
      residual += data->value[e] * self->x[column_of(data, e)];
    const double size = fabs(residual);
    const int inside = size <= self->delta;
    loss += inside ? residual * residual / 2 : self->delta * (size - self->delta / 2);
    const double slope = inside ? residual : copysign(self->delta, residual);
    for (uint64_t e = begin(data, j); gradient && e < begin(data, j + 1); ++e)
      self->gradient[column_of(data, e)] += slope * data->value[e];
  }
  const double m = (double)data->rows;
  for (uint64_t k = 0; k < d; ++k) {
    square += self->x[k] * self->x[k];
    const double g = self->gradient[k] / m + self->l2 * self->x[k];
    if (!gradient) continue;
    if (self->precision == STARLING_FLOAT32)
      ((float*)gradient)[k] = (float)g;
    else
      ((double*)gradient)[k] = g;
  }
  *value = loss / m + self->l2 / 2 * square;
  return 0;
}

/* L: no more than the mean square length of the rows. */
static int constants(starling_objective* self, double* smoothness, double* strong_convexity) {
  const starling_data* data = self->data;
  double squares = 0;
  for (uint64_t e = 0; e < begin(data, data->rows); ++e)
    squares += data->value[e] * data->value[e];
  *smoothness = squares / (double)data->rows + self->l2;
  *strong_convexity = self->l2;
  return 0;
}

static const char* error(const starling_objective* self) {
  (void)self;
  return "";
}

static const starling_objective_vtable table = {
    .abi = STARLING_OBJECTIVE_ABI,
    .struct_size = sizeof(starling_objective_vtable),
    .name = "huber",
    .create = create,
    .destroy = destroy,
    .dimension = dimension,
    .gradient = gradient,
    .constants = constants,
    .error = error,
};

__attribute__((visibility("default"))) const starling_objective_vtable* starling_objective_plugin(
    void) {
  return &table;
}
