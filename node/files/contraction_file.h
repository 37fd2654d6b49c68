#pragma once

#include <string>
#include <vector>

#include "consensus/contraction_recorder.h"

namespace starling {

// A node's record of its mixes as a safetensors file: tensors stream [m], before [m, s], after [m,
// s], all F64. Errors    RunError naming the file: cannot be written or read, shapes that do not
// fit together.
void write_contraction(const std::string& path,
                       const std::vector<ContractionRecorder::Record>& records);
std::vector<ContractionRecorder::Record> read_contraction(const std::string& path);

}  // namespace starling
