#define STARLING_MIX_NAMESPACE mix_baseline
#include "consensus/kernels/mix_body.h"
