#include "node/files/contraction_file.h"

#include <gtest/gtest.h>

#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

using Record = ContractionRecorder::Record;

Record record_of(std::uint32_t stream, std::vector<double> before, std::vector<double> after) {
  Record record{};
  record.stream = stream;
  record.coordinates = static_cast<std::uint32_t>(before.size());
  record.finished = true;
  std::copy(before.begin(), before.end(), record.before.begin());
  std::copy(after.begin(), after.end(), record.after.begin());
  return record;
}

// Mixes of d + 1 and d values in turn, as push_diging makes them; one still under way.
std::vector<Record> node(double x) {
  Record unfinished = record_of(9, {x}, {x});
  unfinished.finished = false;
  return {record_of(1, {x, 2 * x, 1}, {x / 2, x, 1}), record_of(2, {-x, 3 * x}, {-x / 4, x}),
          unfinished};
}

TEST(ContractionFile, MixesOfUnequalLengthSayTheSameAfterwards) {
  TemporaryFolder folder;
  const std::vector<double> half = {0.5, 0.5};
  std::vector<std::vector<Record>> written = {node(1), node(-1)}, read;
  for (const auto& records : written) {
    write_contraction(folder.file("contraction.safetensors"), records);
    read.push_back(read_contraction(folder.file("contraction.safetensors")));
  }
  ASSERT_EQ(read[0].size(), 2u);
  EXPECT_EQ(read[0][1].stream, 2u);
  EXPECT_EQ(read[0][1].before[1], 3.0);
  EXPECT_EQ(read[0][1].after[0], -0.25);
  EXPECT_EQ(measured_contraction(read, half, 1e-12), 0.5);
  EXPECT_EQ(measured_contraction(written, half, 1e-12), 0.5);
}

TEST(ContractionFile, OfNoMixIsReadAsNone) {
  TemporaryFolder folder;
  write_contraction(folder.file("contraction.safetensors"), {});
  EXPECT_TRUE(read_contraction(folder.file("contraction.safetensors")).empty());
}

}  // namespace
}  // namespace starling
