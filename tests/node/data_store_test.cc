// A data set is the same to the bit wherever it lives; what a store cannot hold is refused by name.

#include "node/data/data_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <filesystem>
#include <numeric>

#include "node/data/data.h"
#include "node/error.h"
#include "tests/node/temporary_folder.h"
#include "topology/random.h"

namespace starling {
namespace {

using Doubles = std::vector<double>;

std::vector<double> drawn(std::size_t count, std::uint64_t seed = 1) {
  RandomStream random(seed, Purpose::test);
  std::vector<double> values(count);
  for (double& value : values) value = random.normal();
  return values;
}

template <class Value>
std::string npy(const std::string& descr, bool fortran, const std::string& shape,
                const std::vector<Value>& values) {
  std::string header = "{'descr': '" + descr +
                       "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" +
                       shape + "), }";
  header.resize(118 - 1, ' ');
  header += '\n';
  std::string result = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0';
  std::string bytes(values.size() * sizeof(Value), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return result + header + bytes;
}

// Whether the file is mapped into this process.
bool is_mapped(const std::string& file) {
  return read_all("/proc/self/maps").find(file) != std::string::npos;
}

class Stores : public testing::Test {
 protected:
  // The error is one line with the key, the folder and this part.
  template <class Body>
  static void expect_refused(const std::string& folder, std::string_view part, Body body) {
    try {
      body();
      ADD_FAILURE() << "was accepted; expected: " << part;
    } catch (const ConfigError& error) {
      const std::string text = error.what();
      EXPECT_TRUE(text.starts_with("local.data_store = \"" + folder + "\": ")) << text;
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
  bool empty_folder() const { return std::filesystem::is_empty(stored_.path()); }

  TemporaryFolder files_, stored_;
  const DataStore store_{stored_.path()};
};

// --- arrays ---

TEST_F(Stores, AnArrayHoldsWhatAVectorHoldsWhereverItLives) {
  for (const DataStore& store : {DataStore(), store_}) {
    SCOPED_TRACE(store.folder());
    Array<double> array(store);
    std::vector<double> expected;
    RandomStream random(2, Purpose::test);
    for (int k = 0; k < 300; ++k) {
      if (random.below(4) == 0) {
        const auto some = drawn(random.below(3000), static_cast<std::uint64_t>(k));
        array.append(some.data(), some.size());
        expected.insert(expected.end(), some.begin(), some.end());
      } else {
        array.push_back(k);
        expected.push_back(k);
      }
      if (k % 100 == 99) array.seal();  // and it grows again
      if (k == 150) {
        array.clear();
        expected.clear();
      }
      ASSERT_EQ(array, expected) << k;
    }
    EXPECT_GT(expected.size(), 10'000u);
  }
}

TEST_F(Stores, ACopyAndASliceAreTheirOwnOnceWrittenTo) {
  for (const DataStore& store : {DataStore(), store_}) {
    SCOPED_TRACE(store.folder());
    Array<double> array(store);
    const Doubles values = drawn(10'000);
    array.append(values.data(), values.size());
    Array<double> copy = array, slice = array.slice(5000, 10);
    EXPECT_EQ(copy.data(), array.data()) << "shared until then";
    EXPECT_EQ(slice.data(), array.data() + 5000);
    slice.writable()[0] = 7;
    slice.push_back(8);
    EXPECT_EQ(slice.size(), 11u);
    copy.push_back(9);
    EXPECT_EQ(array, values);
    EXPECT_EQ(copy.size(), 10'001u);
    Array<double> last = array.slice(9990, 10);
    array.clear();
    last.push_back(1);  // alone by now, yet not at the beginning of what it is made of
    EXPECT_EQ(last.front(), values[9990]);
    EXPECT_EQ(last.size(), 11u);
  }
}

TEST_F(Stores, FilesHaveNoNameAndAreMappedFromTheFolder) {
  Array<double> array(store_);
  array.push_back(1);
  EXPECT_TRUE(empty_folder());
  EXPECT_TRUE(is_mapped(stored_.path() + "/"));
  array.seal();
  EXPECT_TRUE(is_mapped(stored_.path() + "/"));
  array.clear();
  EXPECT_FALSE(is_mapped(stored_.path() + "/"));
}

// --- what is refused ---

TEST_F(Stores, AFolderThatCannotHoldFilesIsRefusedWithTheReason) {
  const std::string missing = files_.file("missing"), file = files_.write("file", "x");
  expect_refused(missing, "No such file", [&] { DataStore{missing}; });
  expect_refused(file, "Not a directory", [&] { DataStore{file}; });
}

// The size limit of a process stands in for a disk that is full: both end fallocate.
TEST_F(Stores, AFullDiskIsAnErrorWithTheBytesAskedForAndNoSignal) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 1 << 20;
  Array<double> array(store_);
  const Doubles values = drawn(100'000);
  array.append(values.data(), values.size());  // 800,000 bytes
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_refused(stored_.path(), "no room for a file of 1600000 bytes: File too large",
                 [&] { array.append(values.data(), values.size()); });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(array, values) << "what was there stays";
  array.append(values.data(), values.size());
  EXPECT_EQ(array.size(), 200'000u);
}

TEST_F(Stores, MoreValuesThanMemoryTakesAreOnlyRefusedInMemory) {
  const auto complaint = [&](const std::string& shape, const DataStore& store) -> std::string {
    const std::string file = files_.write("large", npy<double>("<f8", false, shape, {1, 2}));
    try {
      load_dataset(file, "", LabelKind::values, store);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_TRUE(complaint("268435457, 1", {})
                  .ends_with("NPY of more than 268435456 values: local.data_store = \"DIR\" takes "
                             "up to 1099511627776"));
  EXPECT_NE(complaint("268435457, 1", store_).find("ends at byte"), std::string::npos);
  EXPECT_TRUE(complaint("1099511627777, 1", store_).ends_with("more than 1099511627776 values"));
}

// --- data sets ---

void expect_same(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.classes, b.classes);
  EXPECT_EQ(a.row_begin, b.row_begin);
  EXPECT_EQ(a.column, b.column);
  ASSERT_EQ(a.value.size(), b.value.size());
  EXPECT_EQ(std::memcmp(a.value.data(), b.value.data(), a.value.size() * sizeof(double)), 0);
  EXPECT_EQ(a.label, b.label);
  EXPECT_EQ(a.class_label, b.class_label);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.deviation, b.deviation);
  EXPECT_EQ(a.dense(), b.dense());
}

constexpr std::size_t kRows = 700, kColumns = 9;

// One set in every format there is, and some in two.
class EveryFormat : public Stores, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    const std::string kind = GetParam();
    const Doubles values = drawn(kRows * kColumns);
    std::vector<std::int32_t> labels(kRows);
    for (std::size_t k = 0; k < kRows; ++k) labels[k] = static_cast<std::int32_t>(k * k % 5) - 2;
    const std::string shape = std::to_string(kRows) + ", " + std::to_string(kColumns);
    labels_ = files_.write("labels", npy("<i4", false, std::to_string(kRows) + ",", labels));
    if (kind == "npy") file_ = files_.write("data", npy("<f8", false, shape, values));
    if (kind == "npy_fortran") file_ = files_.write("data", npy("<f8", true, shape, values));
    if (kind == "npy_gzip") file_ = files_.write_gzip("data", npy("<f8", false, shape, values));
    if (kind == "npy_float")
      file_ = files_.write(
          "data", npy("<f4", false, shape, std::vector<float>(values.begin(), values.end())));
    if (kind == "idx") file_ = files_.write("data", idx(values));
    if (kind == "libsvm" || kind == "csv") {
      const std::string text = text_of(values, labels, kind == "csv");
      file_ = files_.write("data", text);
      labels_.clear();
    }
  }
  Dataset load(const DataStore& store) const {
    return load_dataset(file_, labels_, LabelKind::classes, store);
  }

 private:
  static std::string idx(const Doubles& values) {
    std::string bytes{'\0', '\0', '\x08', '\2'};
    for (const std::size_t size : {kRows, kColumns})
      for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 255);
    for (const double value : values) bytes += static_cast<char>(value * 50);
    return bytes;
  }
  // LIBSVM leaves out what is below 0.3, at times a whole row.
  static std::string text_of(const Doubles& values, const std::vector<std::int32_t>& labels,
                             bool csv) {
    std::string text;
    for (std::size_t row = 0; row < kRows; ++row) {
      if (!csv) text += std::to_string(labels[row]);
      for (std::size_t j = 0; j < kColumns; ++j) {
        const double value = values[row * kColumns + j];
        if (csv)
          text += std::to_string(value) + ",";
        else if (value > 0.3)
          text += " " + std::to_string(j + 1) + ":" + std::to_string(value);
      }
      if (csv) text += std::to_string(labels[row]);
      text += "\n";
    }
    return text;
  }

 protected:
  std::string file_, labels_;
};
INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat,
                         testing::Values("npy", "npy_fortran", "npy_gzip", "npy_float", "idx",
                                         "libsvm", "csv"),
                         [](const testing::TestParamInfo<const char*>& format) {
                           return std::string(format.param);
                         });

TEST_P(EveryFormat, GivesTheSameBitsInAStoreScaledAndCut) {
  const std::string bytes = read_all(file_);
  for (const char* rule : {"none", "standardize", "unit_rows", "max:3"}) {
    Dataset memory = load({}), stored = load(store_);
    ASSERT_EQ(memory.rows(), kRows);
    scale_dataset(memory, rule);
    scale_dataset(stored, rule);
    expect_same(memory, stored);
    for (const char* partition : {"iid", "contiguous", "sorted", "dirichlet:0.5"}) {
      SCOPED_TRACE(std::string(rule) + " " + partition);
      const auto shards = partition_rows(memory, partition, 4, 3);
      EXPECT_EQ(shards, partition_rows(stored, partition, 4, 3));
      for (const auto& rows : shards) expect_same(memory.subset(rows), stored.subset(rows));
    }
    const Dataset test = load_test_set(file_, labels_, stored, rule);
    EXPECT_EQ(test.value, stored.value);
    EXPECT_TRUE(test.store().on_disk());
  }
  EXPECT_EQ(read_all(file_), bytes) << "a mapped file is never written to";
  EXPECT_TRUE(empty_folder());
}

TEST_P(EveryFormat, ASetOfOneFileIsOnDiskInAStoreAndNowhereElse) {
  const Dataset stored = load(store_);
  EXPECT_TRUE(is_mapped(stored_.path() + "/"));
  EXPECT_EQ(is_mapped(file_), GetParam() == std::string("npy"))
      << "float64 in C order stays in its file, nothing else can";
}

TEST_F(Stores, ShardsOfRowsOneAfterTheOtherAreNotCopied) {
  const Doubles values = drawn(kRows * kColumns);
  const std::string file = files_.write("data", npy("<f8", false, "700, 9", values));
  const Dataset stored = load_dataset(file, "", LabelKind::values, store_);
  const auto shards = partition_rows(stored, "contiguous", 3, 1);
  for (const auto& rows : shards) {
    const Dataset shard = stored.subset(rows);
    EXPECT_EQ(shard.value.data(), stored.value.data() + rows.front() * kColumns);
    EXPECT_EQ(shard.row_begin.front(), 0u);
  }
  const Dataset memory = load_dataset(file, "", LabelKind::values);
  EXPECT_NE(memory.subset(shards[0]).value.data(), memory.value.data())
      << "in memory it would keep the other rows alive";
  std::vector<std::uint64_t> all(kRows);
  std::iota(all.begin(), all.end(), std::uint64_t{0});
  EXPECT_EQ(memory.subset(all).value.data(), memory.value.data());
}

}  // namespace
}  // namespace starling
