#include "node/files/safetensors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <bit>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

// A file as the format's description builds it: length, header, data.
std::string file_of(const std::string& header, const std::string& data) {
  std::string text(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(text.data(), &length, 8);
  return text + header + data;
}

Safetensors parse(const std::string& text) {
  return parse_safetensors(std::as_bytes(std::span(text)));
}

std::string complaint(const std::string& text) {
  try {
    parse(text);
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

const std::string kOne = R"({"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})";
const std::string kEight(8, '\0');

TEST(Safetensors, BytesAreThoseOfTheFormat) {
  const TemporaryFolder folder;
  const double x[] = {1.0, -2.0};
  const TensorView view = TensorView::of("x", std::span<const double>(x));
  write_safetensors(folder.file("m"), {{"a", "b"}}, std::span(&view, 1));
  std::string header = R"({"__metadata__":{"a":"b"},)"
                       R"("x":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})";
  while (header.size() % 8 != 0) header += ' ';
  std::string data(16, '\0');
  data.replace(6, 2, "\xf0\x3f");  // 1.0 = 3ff0000000000000, little-endian
  data.replace(15, 1, "\xc0");     // -2.0 = c000000000000000
  EXPECT_EQ(read_all(folder.file("m")), file_of(header, data));
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const double x[] = {0.1, -0.0, 1e308};
  const float y[] = {0.1f, 3.0f};
  const TensorView views[] = {TensorView::of("x", std::span<const double>(x)),
                              TensorView::of("y \"quoted\"", std::span<const float>(y)),
                              TensorView::of("none", std::span<const double>())};
  write_safetensors(folder.file("m"), {{"step", "12"}}, views);
  const Safetensors read = read_safetensors(folder.file("m"));
  EXPECT_EQ(read.metadata.at("step"), "12");
  ASSERT_EQ(read.tensors.size(), 3u);
  const auto values = read.tensor("x").values();
  EXPECT_EQ(std::memcmp(values.data(), x, sizeof x), 0);
  EXPECT_EQ(read.tensor("y \"quoted\"").dtype, "F32");
  EXPECT_EQ(read.tensor("y \"quoted\"").values()[0], static_cast<double>(0.1f));
  EXPECT_EQ(read.tensor("none").size(), 0u);
  EXPECT_THROW(read.tensor("z"), RunError);
}

TEST(Safetensors, AWellFormedFileIsTakenAndEachDefectIsNamed) {
  EXPECT_EQ(complaint(file_of(kOne, kEight)), "");
  EXPECT_NE(complaint("abc").find("shorter than 8"), std::string::npos);
  EXPECT_NE(complaint(file_of(kOne, kEight).substr(0, 40)), "");
  EXPECT_NE(complaint(file_of(kOne, kEight + "z")).find("the file has 9"), std::string::npos);
  EXPECT_NE(complaint(file_of(kOne, kEight.substr(1))), "");
  EXPECT_NE(complaint(file_of(" " + kOne, kEight)).find("begin with {"), std::string::npos);
  std::string huge = file_of(kOne, kEight);
  std::memset(huge.data(), 0xff, 8);
  EXPECT_NE(complaint(huge).find("18446744073709551615"), std::string::npos);
}

TEST(Safetensors, OffsetsMustTileTheData) {
  const auto two = [](const std::string& a, const std::string& b) {
    return file_of(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[)" + a +
                       R"(]},"b":{"dtype":"F64","shape":[1],"data_offsets":[)" + b + "]}}",
                   std::string(16, '\0'));
  };
  EXPECT_EQ(complaint(two("0,8", "8,16")), "");
  EXPECT_EQ(complaint(two("8,16", "0,8")), "") << "any order in the header";
  EXPECT_NE(complaint(two("0,8", "0,8")), "") << "overlap";
  EXPECT_NE(complaint(two("0,8", "4,12")), "") << "overlap";
  EXPECT_NE(complaint(two("0,8", "9,17")), "") << "beyond the end";
  EXPECT_NE(complaint(two("8,0", "8,16")), "") << "backwards";
  EXPECT_NE(complaint(two("-8,0", "0,8")), "") << "negative";
  EXPECT_NE(complaint(two("0,8", "8,16.0")), "") << "no whole number";
  EXPECT_NE(complaint(two("0,8", "8")), "") << "one number";
}

TEST(Safetensors, BytesMustBeThoseOfTypeAndShape) {
  const auto one = [](const std::string& dtype, const std::string& shape) {
    return complaint(file_of(
        R"({"x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,8]}})",
        kEight));
  };
  EXPECT_EQ(one("F64", "[1]"), "");
  EXPECT_EQ(one("F32", "[2,1]"), "");
  EXPECT_EQ(one("F64", "[]"), "") << "a scalar";
  EXPECT_NE(one("F32", "[1]"), "");
  EXPECT_NE(one("F64", "[0]"), "");
  EXPECT_NE(one("I64", "[1]").find("F32, F64"), std::string::npos);
  EXPECT_NE(one("F64", "[4294967296,4294967296,1]").find("overflow"), std::string::npos);
  EXPECT_NE(one("F64", "1"), "");
}

TEST(Safetensors, KeysStandOnceAndMetadataIsText) {
  EXPECT_NE(complaint(file_of("{" + kOne.substr(1, kOne.size() - 2) + "," + kOne.substr(1), kEight))
                .find("twice"),
            std::string::npos);
  EXPECT_NE(complaint(file_of(R"({"__metadata__":{"a":1}})", "")).find("no text"),
            std::string::npos);
  EXPECT_EQ(complaint(file_of(R"({"__metadata__":{"a":"1"}})", "")), "");
  EXPECT_NE(
      complaint(file_of(R"({"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8],"y":0}})", kEight)),
      "");
}

TEST(Safetensors, TensorsThatDoNotFitTheirShapeAreNotWritten) {
  const TemporaryFolder folder;
  const double x[] = {1};
  TensorView view = TensorView::of("x", std::span<const double>(x));
  view.shape = {2};
  EXPECT_THROW(write_safetensors(folder.file("m"), {}, std::span(&view, 1)), RunError);
  EXPECT_FALSE(std::filesystem::exists(folder.file("m")));
}

// A limit on the size of files stands in for a full disk: the kernel takes a part, then refuses.
TEST(Safetensors, AFullDiskLeavesTheOldFileAndNoOther) {
  const TemporaryFolder folder;
  const std::vector<double> small(4, 1.0), large(100'000, 2.0);
  const TensorView old_model = TensorView::of("x", std::span<const double>(small));
  const TensorView new_model = TensorView::of("x", std::span<const double>(large));
  write_safetensors(folder.file("m"), {}, std::span(&old_model, 1));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  std::string message;
  try {
    write_safetensors(folder.file("m"), {}, std::span(&new_model, 1));
  } catch (const RunError& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, "cannot write " + folder.file("m") + ": File too large");
  EXPECT_EQ(read_safetensors(folder.file("m")).tensor("x").values(), small);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(folder.file("m")).parent_path()))
    ++files;
  EXPECT_EQ(files, 1u) << "the temporary file is gone";
}

TEST(Safetensors, AnAbsentFileIsNamed) {
  try {
    read_safetensors("/nowhere/model.safetensors");
    FAIL();
  } catch (const RunError& error) {
    EXPECT_STREQ(error.what(), "cannot read /nowhere/model.safetensors: No such file or directory");
  }
  EXPECT_THROW(read_safetensors("/dev/zero"), RunError);
  EXPECT_THROW(read_safetensors("/"), RunError);
}

}  // namespace
}  // namespace starling
