// libFuzzer target: the NPY parser on any bytes.

#include "tests/fuzz/data_parsers.h"

STARLING_FUZZ_PARSER(starling::parse_npy(source))
