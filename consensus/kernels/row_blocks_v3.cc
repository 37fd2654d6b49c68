#define STARLING_ROW_BLOCKS kRowBlocksV3
#define STARLING_ROW_BLOCKS_NAME "x86-64-v3"
#define STARLING_ROW_BLOCKS_LANES 4
#include "consensus/kernels/row_blocks_body.h"
