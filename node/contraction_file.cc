#include "node/contraction_file.h"

#include "node/safetensors.h"

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
  std::vector<double> streams, before, after;
  for (const auto& record : records) {
    if (record.after.empty()) continue;  // still under way when the run ended
    streams.push_back(record.stream);
    before.insert(before.end(), record.before.begin(), record.before.end());
    after.insert(after.end(), record.after.begin(), record.after.end());
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
  for (std::size_t r = 0; r < records.size(); ++r) {
    const auto at = static_cast<std::ptrdiff_t>(r * width);
    const auto end = at + static_cast<std::ptrdiff_t>(width);
    records[r].stream = static_cast<std::uint32_t>(streams[r]);
    records[r].before.assign(before.begin() + at, before.begin() + end);
    records[r].after.assign(after.begin() + at, after.begin() + end);
  }
  return records;
}

}  // namespace starling
