#include "node/data/loaders/npy.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "node/data/loaders/loaders.h"

namespace starling {
namespace {

constexpr std::size_t kPieceValues = 8192;
constexpr std::uint64_t kStripValues = 1 << 20;
constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
static_assert(std::endian::native == std::endian::little, "NPY values are read as they stand");

template <class Stored>
void convert(const char* bytes, std::size_t count, Array<double>& values) {
  for (std::size_t k = 0; k < count; ++k) {
    Stored stored;
    std::memcpy(&stored, bytes + k * sizeof stored, sizeof stored);
    values.push_back(static_cast<double>(stored));
  }
}

struct Type {
  std::string_view descr;
  std::size_t bytes;
  void (*convert)(const char*, std::size_t, Array<double>&);
};
constexpr Type kTypes[] = {{"<f8", 8, convert<double>},
                           {"<f4", 4, convert<float>},
                           {"<i8", 8, convert<std::int64_t>},
                           {"<i4", 4, convert<std::int32_t>},
                           {"|u1", 1, convert<std::uint8_t>}};

NpyHeader read_header(Source& source) {
  char start[8];
  source.read_exactly(start, sizeof start, "the magic text");
  if (std::string_view(start, 6) != "\x93NUMPY") source.fail("is no NPY file");
  if ((start[6] != 1 && start[6] != 2) || start[7] != 0)
    source.fail("NPY version " + std::to_string(static_cast<unsigned char>(start[6])) + "." +
                std::to_string(static_cast<unsigned char>(start[7])) + ": must be 1.0 or 2.0");
  unsigned char length[4] = {};
  source.read_exactly(length, start[6] == 1 ? 2 : 4, "the header's length");
  const std::size_t size =
      length[0] | length[1] << 8 | length[2] << 16 | static_cast<std::size_t>(length[3]) << 24;
  if (size > kMaxHeaderBytes)
    source.fail("NPY header of " + std::to_string(size) + " bytes: at most " +
                std::to_string(kMaxHeaderBytes));
  std::string text(size, '\0');
  source.read_exactly(text.data(), size, "the header");
  NpyHeader header;
  const auto wrong = parse_npy_header(text, header);
  if (!wrong.empty()) source.fail("the NPY header " + wrong);
  return header;
}

const Type& type_of(const Source& source, const NpyHeader& header) {
  const auto type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& candidate) {
    return candidate.descr == header.descr;
  });
  if (type == std::end(kTypes))
    source.fail("NPY of type " + quoted(header.descr) + ": must be <f8, <f4, <i8, <i4 or |u1");
  return *type;
}

std::uint64_t count_values(const Source& source, const NpyHeader& header, const DataStore& store) {
  std::uint64_t total = 1;
  for (const std::uint64_t size : header.shape) {
    if (size == 0) source.fail("NPY with a size of 0");
    if (size > store.max_values() / total) source.fail("NPY of " + too_many(store));
    total *= size;
  }
  return total;
}

// The doubles of a plain file where they stand; empty where they do not stand as an array does, or
// are to be in memory.
Array<double> mapped_values(const Source& source, const Type& type, std::uint64_t total,
                            const DataStore& store) {
  Array<double> none(store);
  const std::uint64_t begin = source.offset();
  if (!store.on_disk() || type.descr != "<f8" || begin % alignof(double) != 0) return none;
  const MappedFile file = map_file(source.plain_file(), begin + total * sizeof(double));
  if (!file.block) return none;
  return {store, file.block, reinterpret_cast<const double*>(file.bytes + begin), total};
}

// Piece by piece: what is held follows the bytes that are there.
Array<double> copied_values(Source& source, const Type& type, std::uint64_t total,
                            const DataStore& store) {
  Array<double> values(store);
  std::vector<char> piece(kPieceValues * type.bytes);
  while (values.size() < total) {
    const auto count = std::min<std::uint64_t>(kPieceValues, total - values.size());
    source.read_exactly(piece.data(), count * type.bytes, "the values");
    type.convert(piece.data(), count, values);
  }
  source.expect_end();
  return values;
}

// All values in file order.
Array<double> read_values(Source& source, const NpyHeader& header, const DataStore& store) {
  const Type& type = type_of(source, header);
  const std::uint64_t total = count_values(source, header, store);
  Array<double> values = mapped_values(source, type, total, store);
  if (values.empty()) values = copied_values(source, type, total, store);
  const auto bad = std::find_if(values.begin(), values.end(),
                                [](double value) { return !std::isfinite(value); });
  if (bad != values.end())
    source.fail("value " + std::to_string(bad - values.begin()) + " is not finite");
  return values;
}

// A strip of rows at a time, so that a store is read by runs of each column and written in order.
Array<double> transposed(const Array<double>& values, std::uint64_t rows, std::uint64_t columns) {
  Array<double> result(values.store());
  const std::uint64_t most = std::max<std::uint64_t>(1, kStripValues / columns);
  std::vector<double> strip;
  for (std::uint64_t first = 0; first < rows; first += most) {
    const std::uint64_t count = std::min(most, rows - first);
    strip.resize(count * columns);
    for (std::uint64_t j = 0; j < columns; ++j)
      for (std::uint64_t i = 0; i < count; ++i)
        strip[i * columns + j] = values[j * rows + first + i];
    result.append(strip.data(), strip.size());
  }
  return result;
}

}  // namespace

bool is_npy(std::string_view start) { return start.starts_with("\x93NUMPY"); }

Dataset parse_npy(Source& source, const DataStore& store) {
  const NpyHeader header = read_header(source);
  if (header.shape.empty()) source.fail("NPY of a single number: expected rows and columns");
  if (header.fortran_order && header.shape.size() > 2)
    source.fail("NPY in Fortran order: at most 2 dimensions");
  auto values = read_values(source, header, store);
  const std::uint64_t rows = header.shape[0], columns = values.size() / rows;
  if (columns > kMaxColumns) source.fail("NPY of too many columns");
  if (header.fortran_order && columns > 1) values = transposed(values, rows, columns);
  return dense_rows(std::move(values), columns);
}

Array<double> parse_npy_labels(Source& source, const DataStore& store) {
  const NpyHeader header = read_header(source);
  if (header.shape.size() != 1)
    source.fail("NPY of " + std::to_string(header.shape.size()) +
                " dimensions where labels (1) are expected");
  return read_values(source, header, store);
}

}  // namespace starling
