#define STARLING_ROW_BLOCKS kRowBlocksV4
#define STARLING_ROW_BLOCKS_NAME "x86-64-v4"
#define STARLING_ROW_BLOCKS_LANES 8
#include "consensus/kernels/row_blocks_body.h"
