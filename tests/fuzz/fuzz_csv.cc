// libFuzzer target: the CSV parser on any bytes.

#include "tests/fuzz/data_parsers.h"

STARLING_FUZZ_PARSER(starling::parse_csv(source, {}))
