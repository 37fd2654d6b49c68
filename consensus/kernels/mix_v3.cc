#define STARLING_MIX_NAMESPACE mix_v3
#include "consensus/kernels/mix_body.h"
