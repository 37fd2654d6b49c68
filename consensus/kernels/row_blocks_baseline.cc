#define STARLING_ROW_BLOCKS kRowBlocksBaseline
#define STARLING_ROW_BLOCKS_NAME "baseline"
#define STARLING_ROW_BLOCKS_LANES 2
#include "consensus/kernels/row_blocks_body.h"
