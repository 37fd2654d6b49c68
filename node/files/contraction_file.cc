#include "node/files/contraction_file.h"

#include <algorithm>

#include "node/files/safetensors.h"

namespace starling {

namespace {

TensorView table(const std::string& name, const std::vector<double>& values, std::uint64_t rows) {
  TensorView view = TensorView::of(name, values);
  view.shape = {rows, rows ? values.size() / rows : 0};
  return view;
}

}  // namespace

void write_contraction(const std::string& path,
                       const std::vector<ContractionRecorder::Record>& records) {
  // Mixes of unequal length (push_diging's) fill rows of one: a coordinate that is zero on every
  // node adds nothing to a disagreement.
  std::size_t width = 0;
  for (const auto& record : records)
    if (record.finished) width = std::max<std::size_t>(width, record.coordinates);
  std::vector<double> streams, before, after;
  const auto append = [width](std::vector<double>& rows, const auto& values, std::size_t count) {
    rows.insert(rows.end(), values.data(), values.data() + count);
    rows.resize(rows.size() + width - count);
  };
  for (const auto& record : records) {
    if (!record.finished) continue;  // still under way when the run ended
    streams.push_back(record.stream);
    append(before, record.before, record.coordinates);
    append(after, record.after, record.coordinates);
  }
  const TensorView tensors[] = {TensorView::of("stream", streams),
                                table("before", before, streams.size()),
                                table("after", after, streams.size())};
  write_safetensors(path, {}, tensors);
}

std::vector<ContractionRecorder::Record> read_contraction(const std::string& path) {
  const Safetensors file = read_safetensors(path);
  const auto streams = file.tensor("stream").values();
  const auto before = file.tensor("before").values(), after = file.tensor("after").values();
  if (before.size() != after.size() ||
      (streams.empty() ? !before.empty() : before.size() % streams.size() != 0))
    throw RunError(path + ": the tensors stream, before and after do not fit together");
  std::vector<ContractionRecorder::Record> records(streams.size());
  const std::size_t width = streams.empty() ? 0 : before.size() / streams.size();
  if (width > ContractionRecorder::kCoordinates)
    throw RunError(path + ": more than " + std::to_string(ContractionRecorder::kCoordinates) +
                   " coordinates a mix");
  for (std::size_t r = 0; r < records.size(); ++r) {
    records[r].stream = static_cast<std::uint32_t>(streams[r]);
    records[r].coordinates = static_cast<std::uint32_t>(width);
    records[r].finished = true;
    std::copy_n(before.data() + r * width, width, records[r].before.begin());
    std::copy_n(after.data() + r * width, width, records[r].after.begin());
  }
  return records;
}

}  // namespace starling
