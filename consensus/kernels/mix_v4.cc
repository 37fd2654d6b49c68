#define STARLING_MIX_NAMESPACE mix_v4
#include "consensus/kernels/mix_body.h"
