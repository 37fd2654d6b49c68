#define STARLING_PRODUCT_SET product_baseline
#define STARLING_PRODUCT_EIGEN Eigen_baseline
#include "consensus/kernels/product_body.h"
