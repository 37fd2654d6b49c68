#include "node/config/address_book.h"

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

// Two public keys of RFC 26's form; the second holds what INI and shells stumble over.
const std::string kOld = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
const std::string kNew = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

std::string with_key(int id, const std::string& listen, const std::string& keys) {
  return node(id, listen) + "public_key = " + keys + "\n";
}
std::string quoted(const std::string& key) { return "\"" + key + "\""; }

TEST(AddressBook, KeysAllowAddressesThatOthersReach) {
  const std::string keyed = with_key(0, "tcp://10.0.0.1:7000", quoted(kOld)) +
                            with_key(1, "tcp://10.0.0.2:7000", "[" + quoted(kNew) + "]");
  EXPECT_EQ(complaint(keyed), "");
  EXPECT_TRUE(holds(complaint(keyed, {"shared.security=none"}),
                    {"shared.security = \"none\"", "public keys"}));
}

TEST(AddressBook, KeysAreAllNodesOrNobodys) {
  EXPECT_TRUE(holds(complaint(with_key(0, "tcp://127.0.0.1:7000", quoted(kOld)) +
                              node(1, "tcp://127.0.0.1:7001")),
                    {"node 1", "node.public_key is missing"}));
}

TEST(AddressBook, AKeyBelongsToOneNode) {
  EXPECT_TRUE(holds(complaint(with_key(0, "tcp://127.0.0.1:7000", quoted(kOld)) +
                              with_key(1, "tcp://127.0.0.1:7001",
                                       "[" + quoted(kNew) + ", " + quoted(kOld) + "]")),
                    {"node 1", kOld.c_str(), "already node 0's"}));
}

TEST(AddressBook, OnlyKeysAreTakenForKeys) {
  const std::string broken[] = {
      quoted("abc"),
      quoted(kOld + "0"),
      quoted(kOld.substr(1) + "~"),
      quoted("#####" + kOld.substr(5)),  // 85^5 - 1 is more than four bytes hold
      quoted(""),
      "[1]",
      "1",
      "[" + quoted(kOld) + ", " + quoted(kNew) + ", " + quoted(kNew) + "]"};
  for (const std::string& keys : broken)
    EXPECT_TRUE(holds(complaint(with_key(1, "tcp://127.0.0.1:7000", keys)),
                      {"test.toml:", "node.public_key"}))
        << keys << ": " << complaint(with_key(1, "tcp://127.0.0.1:7000", keys));
}

TEST(AddressBook, AnAbsentNodeIsNamed) {
  Config config;
  config.nodes = {{0, "tcp://127.0.0.1:7000", {}}};
  EXPECT_EQ(node_address(config, 0).listen, "tcp://127.0.0.1:7000");
  EXPECT_THROW(node_address(config, 1), ConfigError);
}

}  // namespace
}  // namespace starling
