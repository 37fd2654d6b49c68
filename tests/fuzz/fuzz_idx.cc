// libFuzzer target: the IDX parser on any bytes.

#include "tests/fuzz/data_parsers.h"

STARLING_FUZZ_PARSER(starling::parse_idx(source))
