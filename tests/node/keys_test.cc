// Secret keys on disk, and whether they are the right ones.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "node/config/config.h"
#include "node/error.h"
#include "node/keys/key_file.h"
#include "node/keys/node_keys.h"
#include "node/keys/z85.h"
#include "node/links/network_rules.h"
#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

template <class Call>
std::string complaint(const Call& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

bool holds(const std::string& message, std::initializer_list<std::string> parts) {
  for (const std::string& part : parts)
    if (message.find(part) == std::string::npos) return false;
  return message.find('\n') == std::string::npos;
}

// RFC 32's own example stands for 32 bytes in four of its groups; "#####" is beyond four bytes, and
// the largest that is not is "%nSc0".
TEST(CurveKey, IsFortyCharactersThatStandFor32Bytes) {
  std::string key;
  for (int group = 0; group < 8; ++group) key += "Hello";
  EXPECT_TRUE(is_curve_key(key));
  EXPECT_TRUE(is_curve_key("%nSc0" + key.substr(5)));
  EXPECT_FALSE(is_curve_key("%nSc1" + key.substr(5)));
  EXPECT_FALSE(is_curve_key("#####" + key.substr(5)));
  EXPECT_FALSE(is_curve_key(key.substr(1)));
  EXPECT_FALSE(is_curve_key(key + "H"));
  EXPECT_FALSE(is_curve_key(" " + key.substr(1)));
  EXPECT_FALSE(is_curve_key(""));
}

TEST(CurveKey, PairsAreDifferentEachTimeAndTheirHalvesBelongTogether) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const KeyPair pair = make_key_pair();
    EXPECT_TRUE(is_curve_key(pair.public_key) && is_curve_key(pair.secret_key));
    EXPECT_EQ(public_key_of(pair.secret_key), pair.public_key);
    EXPECT_TRUE(seen.insert(pair.secret_key).second && seen.insert(pair.public_key).second);
  }
  // RFC 26's test vector, as libzmq's own manual gives it.
  EXPECT_EQ(public_key_of("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"),
            "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
}

TEST(KeyFile, IsReadAsItWasWrittenAndBelongsToItsOwnerAlone) {
  const TemporaryFolder folder;
  const KeyPair pair = make_key_pair();
  const std::string path = folder.file("node-3.secret");
  const mode_t before = ::umask(0);
  write_key_file(path, 3, pair);
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const KeyPair read = read_key_file(path, "k");
  EXPECT_EQ(read.public_key, pair.public_key);
  EXPECT_EQ(read.secret_key, pair.secret_key);
  EXPECT_TRUE(holds(complaint([&] { write_key_file(path, 3, make_key_pair()); }),
                    {path, "is there already"}));
  EXPECT_EQ(read_key_file(path, "k").secret_key, pair.secret_key);
}

TEST(KeyFile, ThatOthersMayReadOrWriteIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.file("secret");
  write_key_file(path, 0, make_key_pair());
  for (const mode_t mode : {0640u, 0604u, 0620u, 0602u, 0610u, 0666u}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_TRUE(holds(complaint([&] { read_key_file(path, "local.secret_key_file"); }),
                      {"local.secret_key_file = \"" + path, "0600"}))
        << std::oct << mode;
  }
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  EXPECT_EQ(complaint([&] { read_key_file(path, "k"); }), "");
}

TEST(KeyFile, OfAnotherFormIsRefusedWithoutShowingWhatItHolds) {
  const TemporaryFolder folder;
  const KeyPair one = make_key_pair(), other = make_key_pair();
  const std::string broken[] = {
      "",
      "public_key = \"" + one.public_key + "\"\n",
      "secret_key = \"" + one.secret_key + "\"\n",
      "public_key = \"" + other.public_key + "\"\nsecret_key = \"" + one.secret_key + "\"\n",
      "public_key = \"" + one.public_key + "\"\nsecret_key = \"" + one.secret_key + "0\"\n",
      "public_key = \"" + one.public_key + "\"\nsecret = \"" + one.secret_key + "\"\n",
      one.secret_key + "\n",
      std::string(5000, '#'),
      std::string("\0\xff\n\n", 4)};
  for (std::size_t i = 0; i < std::size(broken); ++i) {
    const std::string path = folder.write("broken-" + std::to_string(i), broken[i]);
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    const std::string message = complaint([&] { read_key_file(path, "k"); });
    EXPECT_TRUE(holds(message, {path})) << i << ": " << message;
    EXPECT_EQ(message.find(one.secret_key), std::string::npos) << message;
  }
  EXPECT_TRUE(holds(complaint([&] { read_key_file(folder.file("absent"), "k"); }), {"absent"}));
}

// A configuration of three nodes with keys, the third of which is changing its own.
struct Configured {
  Configured() {
    for (std::uint32_t i = 0; i < 4; ++i) {
      pairs.push_back(make_key_pair());
      write_key_file(secret(i), i, pairs.back());
    }
    for (std::uint32_t i = 0; i < 3; ++i)
      config.nodes.push_back(
          {i, "tcp://10.0.0." + std::to_string(i) + ":1", {pairs[i].public_key}});
    config.nodes[2].public_key.push_back(pairs[3].public_key);
  }
  std::string secret(std::uint32_t i) { return folder.file(std::to_string(i)); }
  std::string of(std::uint32_t id, const std::string& file) {
    config.local.secret_key_file = file;
    return complaint([&] { key_book(config, id); });
  }

  TemporaryFolder folder;
  std::vector<KeyPair> pairs;
  Config config;
};

TEST(NodeKeys, TheSecretKeyHasToBeThisNodes) {
  Configured c;
  EXPECT_EQ(c.of(0, c.secret(0)), "");
  EXPECT_EQ(c.of(2, c.secret(2)), "") << "the old one";
  EXPECT_EQ(c.of(2, c.secret(3)), "") << "the new one";
  EXPECT_TRUE(holds(c.of(1, c.secret(0)), {"local.secret_key_file", "node 0", "this is node 1"}));
  EXPECT_TRUE(holds(c.of(1, ""), {"local.secret_key_file is missing"}));
  EXPECT_NE(describe_keys((c.of(0, c.secret(0)), c.config), 0).find("changed: node 2"),
            std::string::npos);
  c.config.nodes[2].public_key.pop_back();
  EXPECT_TRUE(holds(c.of(2, c.secret(3)), {c.pairs[3].public_key, "does not have"}));
  for (NodeAddress& node : c.config.nodes) node.public_key.clear();
  EXPECT_TRUE(holds(c.of(0, c.secret(0)), {"no public keys"}));
  EXPECT_EQ(c.of(0, ""), "");
  EXPECT_FALSE(key_book(c.config, 0).has_value());
}

TEST(NodeKeys, AddressBooksThatShareAKeyOfEachNodeAgree) {
  const auto agree = [](const std::string& ours, const std::string& theirs) {
    Greeting greeting;
    greeting.id = 1;
    greeting.shared = {{"node.0.public_key", theirs}};
    return !compare_shared(0, {{"node.0.public_key", ours}}, greeting).has_value();
  };
  EXPECT_TRUE(agree(" old", " old"));
  EXPECT_TRUE(agree(" old", " old new"));
  EXPECT_TRUE(agree(" old new", " new"));
  EXPECT_FALSE(agree(" old", " new"));
  EXPECT_FALSE(agree(" old", ""));
  EXPECT_FALSE(agree("", " old"));
  Greeting plain;
  EXPECT_TRUE(compare_shared(0, {{"node.0.public_key", " old"}}, plain).has_value());
}

TEST(NodeKeys, WithKeysTheChecksumIsThatOfHeadersUnlessAskedFor) {
  const auto checksum = [](const std::string& more, const std::string& key) {
    ConfigSources sources;
    sources.text = "[shared]\n" + more + "[shared.topology]\nnodes = 1\n[shared.objective]\n" +
                   "kind = \"reference_quadratic\"\n[[node]]\nid = 0\n" +
                   "listen = \"tcp://127.0.0.1:1\"\n" + key;
    return load_config(sources).shared.checksum;
  };
  const std::string key = "public_key = \"" + make_key_pair().public_key + "\"\n";
  EXPECT_EQ(checksum("", ""), "payload");
  EXPECT_EQ(checksum("", key), "header");
  EXPECT_EQ(checksum("checksum = \"payload\"\n", key), "payload");
  EXPECT_EQ(checksum("checksum = \"header\"\n", ""), "header");
}

}  // namespace
}  // namespace starling
