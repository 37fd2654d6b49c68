#include "node/address_book.h"

#include <gtest/gtest.h>

namespace starling {
namespace {

std::string complaint(const std::string& nodes, std::vector<std::string> set = {}) {
  ConfigSources sources;
  sources.file = "test.toml";
  sources.text =
      "[shared.topology]\nnodes = 3\n[shared.objective]\nkind = \"reference_quadratic\"\n" + nodes;
  sources.set = std::move(set);
  try {
    load_config(sources);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string node(int id, const std::string& listen) {
  return "[[node]]\nid = " + std::to_string(id) + "\nlisten = \"" + listen + "\"\n";
}

bool holds(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    if (message.find(part) == std::string::npos) return false;
  return true;
}

TEST(AddressBook, OffLoopbackWithoutKeysIsRefusedUnlessSecurityIsNone) {
  const char* reachable[] = {
      "tcp://10.0.0.1:7000",      "tcp://0.0.0.0:7000",     "tcp://128.0.0.1:7000",
      "tcp://[2001:db8::1]:7000", "tcp://example.org:7000", "tcp://127.0.0.1.example.org:7000",
      "tcp://[::]:7000",          "tcp://127.1:7000",       "tcp://localhost.example.org:7000"};
  for (const char* address : reachable) {
    EXPECT_TRUE(holds(complaint(node(1, address)), {"node 1", address, "security = \"none\""}))
        << address;
    EXPECT_EQ(complaint(node(1, address), {"shared.security=none"}), "") << address;
  }
}

TEST(AddressBook, LoopbackAndIpcNeedNoKeys) {
  for (const char* address : {"tcp://127.0.0.1:7000", "tcp://127.255.3.4:1", "tcp://[::1]:65535",
                              "tcp://localhost:7000", "ipc:///tmp/starling-1"})
    EXPECT_EQ(complaint(node(1, address)), "") << address;
}

TEST(AddressBook, AnAddressNobodyCouldDialIsRefused) {
  const char* broken[] = {"127.0.0.1:7000",
                          "tcp://127.0.0.1",
                          "tcp://127.0.0.1:0",
                          "tcp://:7000",
                          "tcp://127.0.0.1:*",
                          "tcp://*:7000",
                          "tcp://127.0.0.1:65536",
                          "tcp://127.0.0.1:70 00",
                          "udp://127.0.0.1:7000",
                          "ipc://",
                          "ipc://*",
                          "tcp://::1:7000",
                          "tcp://127.0.0.1:7000;127.0.0.1:1",
                          "inproc://a",
                          ""};
  for (const char* address : broken)
    EXPECT_TRUE(
        holds(complaint(node(1, address)), {"test.toml:", "node.listen", "allowed is tcp://"}))
        << address << ": " << complaint(node(1, address));
}

TEST(AddressBook, IdsAndAddressesAreGivenOnce) {
  const std::string first = node(1, "tcp://127.0.0.1:7000");
  EXPECT_TRUE(holds(complaint(first + node(1, "tcp://127.0.0.1:7001")),
                    {"test.toml:8", "node.id = 1", "test.toml:5"}));
  EXPECT_TRUE(holds(complaint(first + node(2, "tcp://127.0.0.1:7000")),
                    {"tcp://127.0.0.1:7000", "already node 1's"}));
  EXPECT_TRUE(holds(complaint(node(3, "tcp://127.0.0.1:7000")), {"node.id = 3", "0 to 2"}));
  EXPECT_TRUE(holds(complaint("[[node]]\nlisten = \"tcp://127.0.0.1:1\"\n"), {"without id"}));
  EXPECT_TRUE(holds(complaint("[[node]]\nid = 1\n"), {"node 1 without listen"}));
  EXPECT_TRUE(holds(complaint("[[node]]\nid = \"1\"\n"), {"node.id = \"1\"", "whole number"}));
  EXPECT_TRUE(holds(complaint("[[node]]\nid = 1\nlisen = \"a\"\n"),
                    {"unknown key node.lisen", "did you mean 'node.listen'?"}));
  EXPECT_TRUE(holds(complaint("node = 3\n"), {"test.toml:", "unknown key"}));
}

TEST(AddressBook, PublicKeysAreRefusedInThisVersion) {
  const std::string first = node(1, "tcp://127.0.0.1:7000");
  EXPECT_TRUE(
      holds(complaint(first + "public_key = \"abc\"\n"), {"not available in this version"}));
  EXPECT_TRUE(
      holds(complaint(first + "public_key = [\"a\", \"b\"]\n"), {"not available in this version"}));
  EXPECT_TRUE(holds(complaint(first + "public_key = [1]\n"), {"node.public_key"}));
}

TEST(AddressBook, AnAbsentNodeIsNamed) {
  Config config;
  config.nodes = {{0, "tcp://127.0.0.1:7000", {}}};
  EXPECT_EQ(node_address(config, 0).listen, "tcp://127.0.0.1:7000");
  EXPECT_THROW(node_address(config, 1), ConfigError);
}

}  // namespace
}  // namespace starling
