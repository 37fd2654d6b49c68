#define STARLING_PRODUCT_SET product_v3
#define STARLING_PRODUCT_EIGEN Eigen_v3
#include "consensus/kernels/product_body.h"
