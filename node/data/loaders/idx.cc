#include <array>
#include <vector>

#include "node/data/loaders/loaders.h"

namespace starling {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

std::uint32_t big_endian(const std::array<unsigned char, 4>& bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | static_cast<std::uint32_t>(bytes[3]);
}

std::uint32_t read_number(Source& source, std::string_view what) {
  std::array<unsigned char, 4> bytes{};
  source.read_exactly(bytes.data(), bytes.size(), what);
  return big_endian(bytes);
}

std::vector<std::uint64_t> read_shape(Source& source, const DataStore& store) {
  const std::uint32_t magic = read_number(source, "the magic number");
  const std::uint32_t type = magic >> 8, dimensions = magic & 0xff;
  if (type != 0x08)
    source.fail("IDX of element type " + std::to_string(type) + ": only unsigned bytes (8)");
  if (dimensions < 1 || dimensions > 4)
    source.fail("IDX of " + std::to_string(dimensions) + " dimensions: must be 1 to 4");
  std::vector<std::uint64_t> shape(dimensions);
  std::uint64_t total = 1;
  for (auto& size : shape) {
    size = read_number(source, "the sizes");
    if (size == 0) source.fail("IDX with a size of 0");
    if (size > store.max_values() / total) source.fail("IDX of " + too_many(store));
    total *= size;
  }
  return shape;
}

// Piece by piece, so that memory follows the bytes that are there.
Array<double> read_bytes(Source& source, std::uint64_t count, const DataStore& store) {
  Array<double> values(store);
  std::vector<unsigned char> piece(kPieceBytes);
  std::vector<double> numbers;
  while (values.size() < count) {
    const auto size = std::min<std::uint64_t>(kPieceBytes, count - values.size());
    source.read_exactly(piece.data(), size, "the values");
    numbers.assign(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size));
    values.append(numbers.data(), numbers.size());
  }
  source.expect_end();
  return values;
}

}  // namespace

bool is_idx(std::string_view start) { return start.size() >= 4 && start[0] == 0 && start[1] == 0; }

Dataset parse_idx(Source& source, const DataStore& store) {
  const auto shape = read_shape(source, store);
  if (shape.size() < 2) source.fail("IDX of labels where rows are expected: it has one dimension");
  std::uint64_t columns = 1;
  for (std::size_t k = 1; k < shape.size(); ++k) columns *= shape[k];
  if (columns > kMaxColumns) source.fail("IDX of too many columns");
  return dense_rows(read_bytes(source, shape[0] * columns, store), columns);
}

Array<double> parse_idx_labels(Source& source, const DataStore& store) {
  const auto shape = read_shape(source, store);
  if (shape.size() != 1)
    source.fail("IDX of " + std::to_string(shape.size()) +
                " dimensions where labels (1) are expected");
  return read_bytes(source, shape[0], store);
}

}  // namespace starling
