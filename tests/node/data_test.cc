// Loaders and scaling: what a file says is what the data set holds, and what must be refused is,
// by file, line or byte.

#include "node/data/data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "node/error.h"
#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

using Doubles = std::vector<double>;

class Loading : public testing::Test {
 protected:
  Dataset load(std::string_view bytes, const std::string& labels = {},
               LabelKind kind = LabelKind::classes) {
    return load_dataset(folder_.write("data", bytes), labels, kind);
  }
  void expect_refused(std::string_view bytes, std::string_view part,
                      const std::string& labels = {}) {
    refused(folder_.write("data", bytes), part, labels);
  }
  void refused(const std::string& file, std::string_view part, const std::string& labels = {}) {
    try {
      load_dataset(file, labels);
      ADD_FAILURE() << "was accepted; expected: " << part;
    } catch (const ConfigError& error) {
      const std::string_view text = error.what();
      EXPECT_NE(text.find(part), std::string_view::npos) << text;
      EXPECT_NE(text.find(labels.empty() ? file : folder_.path()), std::string_view::npos) << text;
      EXPECT_EQ(text.find('\n'), std::string_view::npos) << "one line: " << text;
    }
  }
  TemporaryFolder folder_;
};

// --- LIBSVM ---

TEST_F(Loading, LibsvmKeepsRowsColumnsAndAscendingClasses) {
  const Dataset data = load("+1 1:0.5 3:-2e-1 \n-1\n\n# note\n+1 2:1 # more\r\n");
  EXPECT_EQ(data.rows(), 3u);
  EXPECT_EQ(data.columns, 3u);
  EXPECT_EQ(data.classes, 2u);
  EXPECT_FALSE(data.dense());
  EXPECT_EQ(data.row_begin, (std::vector<std::uint64_t>{0, 2, 2, 3}));
  EXPECT_EQ(data.column, (std::vector<std::uint32_t>{0, 2, 1}));
  EXPECT_EQ(data.value, (Doubles{0.5, -0.2, 1}));
  EXPECT_EQ(data.label, (Doubles{1, 0, 1}));
  EXPECT_EQ(data.class_label, (Doubles{-1, 1}));
}

TEST_F(Loading, TargetsStayAsTheyAreAndAreNoClasses) {
  const Dataset data = load("2.5 1:1\n-3 1:2\n", {}, LabelKind::values);
  EXPECT_EQ(data.label, (Doubles{2.5, -3}));
  EXPECT_EQ(data.classes, 0u);
  expect_refused("2.5 1:1\n", "label 2.5");
}

TEST_F(Loading, LibsvmIsRefusedByItsLine) {
  expect_refused("+1 1:1\nx 1:1\n", "data:2: 'x' is no label");
  expect_refused("+1 1:1\n\n-1 3:1 2:1\n", "data:3: index 2 after 3");
  expect_refused("+1 1:1 1:2\n", "indices must ascend");
  expect_refused("+1 0:1\n", "index 0 must be 1 to");
  expect_refused("+1 4294967297:1\n", "must be 1 to");
  expect_refused("+1 99999999999999999999:1\n", "no index:value");
  expect_refused("+1 1:\n", "'1:' is no index:value");
  expect_refused("+1 1:2x\n", "'1:2x' is no index:value");
  expect_refused("+1 1:nan\n", "no index:value");
  expect_refused("+1 1:1e999\n", "no index:value");
  expect_refused("+1 qid:3 1:1\n", "'qid:3'");
  expect_refused("1 -1:1\n", "'-1:1'");
  expect_refused("++1 1:1\n", "no label");
  expect_refused("1\n-1\n", "no 'index:value' in any row");
  expect_refused("\n\n", "holds no rows");
  expect_refused("", "is empty");
  expect_refused("\x01\x02\xff", "'\?\?\?' is no label");
}

TEST_F(Loading, LongLinesPassThroughASmallBuffer) {
  std::string line = "1";
  for (int k = 1; k <= 100000; ++k) line += " " + std::to_string(k) + ":0.25";
  const Dataset data = load(line + "\n2 1:1\n" + line);  // a megabyte a line, no end at the last
  EXPECT_EQ(data.rows(), 3u);
  EXPECT_EQ(data.columns, 100000u);
  EXPECT_EQ(data.row_begin.back(), 200001u);
  EXPECT_EQ(data.value[100000], 1);
}

// --- gzip ---

TEST_F(Loading, GzipReadsLikePlain) {
  const std::string text = "1 1:1 2:2\n0 2:3\n";
  const Dataset plain = load(text), packed = load_dataset(folder_.write_gzip("packed", text));
  EXPECT_EQ(plain.value, packed.value);
  EXPECT_EQ(plain.label, packed.label);
}

// At every length: cut in the header, in the stream and in the checksum at its end.
TEST_F(Loading, CutOffGzipIsRefusedAtEveryLength) {
  std::string text;
  for (int k = 0; k < 200; ++k) text += "1 1:" + std::to_string(k * k) + "\n";
  const std::string whole = read_all(folder_.write_gzip("packed", text));
  for (std::size_t size = 3; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    refused(folder_.write("cut", std::string_view(whole).substr(0, size)), "ends early");
  }
}

TEST_F(Loading, DamagedGzipIsRefused) {
  std::string text;
  for (int k = 0; k < 200; ++k) text += "1 1:" + std::to_string(k * k) + "\n";
  std::string bytes = read_all(folder_.write_gzip("packed", text));
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);  // its checksum
  refused(folder_.write("damaged", bytes), "damaged");
}

TEST_F(Loading, MissingFilesAndFoldersAreNamed) {
  refused(folder_.path() + "/absent", "No such file");
  refused(folder_.path(), "is a folder");
}

// --- CSV ---

TEST_F(Loading, CsvTakesTheLastColumnAsLabel) {
  const Dataset data = load("a,b,class\n1,2.5,7\n -3 ,\"4\",5\n");
  EXPECT_TRUE(data.dense());
  EXPECT_EQ(data.columns, 2u);
  EXPECT_EQ(data.value, (Doubles{1, 2.5, -3, 4}));
  EXPECT_EQ(data.label, (Doubles{1, 0}));
}

TEST_F(Loading, CsvTakesTheLabelByNameOrNumber) {
  EXPECT_EQ(load("y;b;c\n0;2;3\n1;5;6\n", "label=y").value, (Doubles{2, 3, 5, 6}));
  EXPECT_EQ(load("0\t2\t3\n1\t5\t6\n", "label=2").value, (Doubles{0, 3, 1, 6}));
}

TEST_F(Loading, CsvIsRefusedByItsLine) {
  expect_refused("a,b\n1,2\n1,2,3\n", "data:3: 3 fields, the first line has 2");
  expect_refused("1,2\n1,\n", "data:2: column 2: '' is no finite number");
  expect_refused("1,2\n1,inf\n", "'inf'");
  expect_refused("a,b\n", "holds no rows");
  expect_refused("size,kind\n1,2\n", "did you mean 'kind'", "label=knd");
  expect_refused("1,2\n", "no such column", "label=3");
  expect_refused("1 1:1\n", "brings its labels", "label=y");
}

// --- IDX ---

std::string idx(std::initializer_list<unsigned> sizes, std::string_view bytes) {
  std::string result{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const unsigned size : sizes)
    for (const int shift : {24, 16, 8, 0}) result += static_cast<char>(size >> shift & 255);
  return result + std::string(bytes);
}

TEST_F(Loading, IdxPairsImagesWithLabels) {
  const auto images =
      folder_.write_gzip("images", idx({2, 2, 2}, std::string("\0\1\2\3\xff\5\6\7", 8)));
  const auto labels = folder_.write("labels", idx({2}, "\x09\x04"));
  const Dataset data = load_dataset(images, labels);
  EXPECT_TRUE(data.dense());
  EXPECT_EQ(data.columns, 4u);
  EXPECT_EQ(data.value, (Doubles{0, 1, 2, 3, 255, 5, 6, 7}));
  EXPECT_EQ(data.label, (Doubles{1, 0}));
}

TEST_F(Loading, IdxIsRefusedByItsBytes) {
  const auto labels = folder_.write("labels", idx({3}, "abc"));
  expect_refused(idx({2, 2, 1}, "abcd"), "need their labels");
  expect_refused(idx({2, 2, 1}, "abcd"), "3 labels for 2 rows", labels);
  expect_refused(idx({3, 2, 1}, "abcde"), "ends at byte 21", labels);
  expect_refused(idx({3, 2, 1}, "abcdefg"), "goes on after byte 22", labels);
  expect_refused(idx({3, 0, 1}, ""), "size of 0", labels);
  expect_refused(idx({3}, "abc"), "one dimension", labels);
  expect_refused(idx({0xffffffff, 0xffffffff, 0xffffffff}, "a"), "more than 268435456", labels);
  expect_refused(idx({200000000, 1, 1}, "a"), "ends at byte 17", labels);  // reserves nothing
  std::string floats = idx({1, 1}, "aaaa");
  floats[2] = '\x0d';
  expect_refused(floats, "element type 13", labels);
  refused(folder_.write("images", idx({2, 2}, "abcd")), "neither IDX nor NPY",
          folder_.write("text", "1\n2\n"));
}

// --- NPY ---

template <class Value>
std::string npy(const std::string& descr, bool fortran, const std::string& shape,
                std::vector<Value> values, int version = 1) {
  std::string header = "{'descr': '" + descr +
                       "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" +
                       shape + "), }";
  header.resize((header.size() / 64 + 1) * 64 - 1, ' ');
  header += '\n';
  std::string result = "\x93NUMPY";
  result += static_cast<char>(version);
  result += '\0';
  for (int k = 0; k < (version == 1 ? 2 : 4); ++k)
    result += static_cast<char>(header.size() >> 8 * k & 255);
  result += header;
  std::string bytes(values.size() * sizeof(Value), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return result + bytes;
}

TEST_F(Loading, NpyReadsAllTypesBothOrdersBothVersions) {
  const Doubles expected{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(load(npy<double>("<f8", false, "2, 3", {1, 2, 3, 4, 5, 6})).value, expected);
  EXPECT_EQ(load(npy<float>("<f4", false, "2, 3", {1, 2, 3, 4, 5, 6}, 2)).value, expected);
  EXPECT_EQ(load(npy<std::int32_t>("<i4", true, "2, 3", {1, 4, 2, 5, 3, 6})).value, expected);
  EXPECT_EQ(load(npy<std::int64_t>("<i8", true, "2, 3", {1, 4, 2, 5, 3, 6}, 2)).value, expected);
  const Dataset bytes = load(npy<std::uint8_t>("|u1", false, "3,1,2", {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(bytes.value, expected);
  EXPECT_EQ(bytes.rows(), 3u);
  EXPECT_EQ(bytes.columns, 2u);
  EXPECT_EQ(load(npy<double>("<f8", false, "3,", {1, 2, 3})).columns, 1u);
}

TEST_F(Loading, NpyAloneHasNoLabelsAndTakesAFileOfThem) {
  const std::string rows = npy<double>("<f8", false, "3, 1", {1, 2, 3});
  EXPECT_TRUE(load(rows).label.empty());
  EXPECT_EQ(load(rows).view().label, nullptr);
  const auto labels = folder_.write("labels", npy<std::int64_t>("<i8", false, "3,", {5, -1, 5}));
  EXPECT_EQ(load(rows, labels).label, (Doubles{1, 0, 1}));
}

TEST_F(Loading, NpyIsRefusedByItsHeaderOrBytes) {
  const Doubles four{1, 2, 3, 4};
  expect_refused(npy(">f8", false, "2, 2", four), "'>f8'");
  expect_refused(npy("<c16", false, "2, 1", four), "'<c16'");
  expect_refused(npy("<f8", false, "2, 2", four, 3), "version 3.0");
  expect_refused(npy("<f8", false, "2, 3", four), "within the values");
  expect_refused(npy("<f8", false, "3,", four), "goes on after");
  expect_refused(npy("<f8", false, "", four), "single number");
  expect_refused(npy<double>("<f8", false, "0, 3", {}), "size of 0");
  expect_refused(npy("<f8", true, "2, 2, 1", four), "Fortran order");
  expect_refused(npy("<f8", false, "18446744073709551615, 2", four), "more than 268435456");
  expect_refused(npy("<f8", false, "99999999999999999999, 2", four), "no tuple of sizes");
  expect_refused(npy("<f8", false, "-2, 2", four), "no tuple of sizes");
  expect_refused(npy<double>("<f8", false, "2, 2", {1, 2, std::nan(""), 4}),
                 "value 2 is not finite");
  expect_refused(std::string("\x93NUMPY\1\0\x10\0{'descr': '<f8'}", 26), "the NPY header");
  expect_refused(std::string("\x93NUMPY\1\0\xff\xff{", 11), "within the header");
  expect_refused(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12), "at most 65536");
}

// --- scaling ---

TEST_F(Loading, StandardizeGivesMeanZeroAndDeviationOne) {
  Dataset data = load("1 1:1 2:5 3:0.1\n0 1:2 3:0.1\n1 1:6 2:-1 3:0.1\n");
  scale_dataset(data, "standardize");
  ASSERT_TRUE(data.dense());
  for (std::size_t j = 0; j < 3; ++j) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < 3; ++i) mean += data.value[3 * i + j] / 3;
    for (std::size_t i = 0; i < 3; ++i) square += std::pow(data.value[3 * i + j] - mean, 2) / 3;
    EXPECT_NEAR(mean, 0, 1e-15);
    EXPECT_NEAR(square, j == 2 ? 0 : 1, 1e-14) << "a constant column is only centred";
  }
  EXPECT_EQ(data.value[2], 0);
  // column 1: 1, 2, 6 has mean 3 and population variance 14/3
  EXPECT_NEAR(data.value[0], -2 / std::sqrt(14.0 / 3), 1e-15);
}

TEST_F(Loading, ATestSetTakesTheClassesColumnsAndScalingOfTheDataItTests) {
  Dataset data = load("7 1:1 2:5\n9 1:2 3:4\n4 1:6\n");
  scale_dataset(data, "standardize");
  const std::string file = folder_.write("test", "9 1:3 2:5\n4 1:6\n");
  const Dataset test = load_test_set(file, "", data, "standardize");
  EXPECT_EQ(test.columns, 3u);
  EXPECT_EQ(test.classes, 3u);
  EXPECT_EQ(test.label, (Doubles{2, 0})) << "4, 7, 9 are classes 0, 1, 2";
  EXPECT_NEAR(test.value[0], 0, 1e-15) << "the data's mean, not the test set's";
  EXPECT_EQ(test.value[1], data.value[1]);
  EXPECT_EQ(test.value[3], data.value[6]) << "6 in column 1 of both";
  const auto refused = [&](const char* text) {
    EXPECT_THROW(load_test_set(folder_.write("bad", text), "", data, "none"), ConfigError) << text;
  };
  refused("8 1:1\n");
  refused("7 4:1\n");
}

TEST_F(Loading, UnitRowsHaveLengthOneAndZerosStay) {
  Dataset data = load("1 1:3 2:4\n0 2:0\n1 1:1e-200 3:1e-200\n");
  scale_dataset(data, "unit_rows");
  EXPECT_FALSE(data.dense());
  EXPECT_NEAR(data.value[0], 0.6, 1e-16);
  EXPECT_NEAR(data.value[1], 0.8, 1e-16);
  EXPECT_EQ(data.value[2], 0);
  EXPECT_NEAR(data.value[3], std::sqrt(0.5), 1e-15);
}

TEST_F(Loading, MaxDividesEveryValueAndNoneNone) {
  Dataset data = load("1 1:8 2:-4\n0 1:1\n");
  scale_dataset(data, "none");
  EXPECT_EQ(data.value, (Doubles{8, -4, 1}));
  scale_dataset(data, "max:16");
  EXPECT_EQ(data.value, (Doubles{0.5, -0.25, 0.0625}));
}

TEST_F(Loading, UnknownOrEmptyScalesAreRefused) {
  Dataset data = load("1 1:8 2:-4\n");
  for (const char* rule : {"max:0", "max:", "max:-1", "max:1x", "standardise", "", "max:1e-320"})
    EXPECT_THROW(scale_dataset(data, rule), ConfigError) << rule;
  try {
    scale_dataset(data, "standardise");
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'standardize'"), std::string::npos);
  }
  Dataset large = load("1 100000000:1\n0 1:1\n1 1:1\n");
  EXPECT_THROW(scale_dataset(large, "standardize"), ConfigError) << "would take 2.4 GB";
}

// --- subsets ---

TEST_F(Loading, SubsetKeepsColumnsClassesAndSparseness) {
  const Dataset data = load("3 1:1 4:2\n1\n2 2:3\n");
  const std::vector<std::uint64_t> empty_row{1}, two{2, 0};
  const Dataset empty = data.subset(empty_row), pair = data.subset(two);
  EXPECT_EQ(empty.columns, 4u);
  EXPECT_EQ(empty.classes, 3u);
  EXPECT_FALSE(empty.dense()) << "no value at all, yet four columns of zeros";
  EXPECT_NE(empty.view().column, nullptr);
  EXPECT_EQ(empty.view().row_begin[1], 0u);
  EXPECT_EQ(pair.label, (Doubles{1, 2}));
  EXPECT_EQ(pair.value, (Doubles{3, 1, 2}));
  EXPECT_EQ(pair.column, (std::vector<std::uint32_t>{1, 0, 3}));
}

}  // namespace
}  // namespace starling
