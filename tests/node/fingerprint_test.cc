#include "node/config/fingerprint.h"

#include <gtest/gtest.h>

#include "tests/node/temporary_folder.h"

namespace starling {
namespace {

Config load(std::vector<std::string> set, const std::string& text = {}) {
  ConfigSources sources;
  sources.text = text;
  sources.set = std::move(set);
  return load_config(sources);
}

const std::vector<std::string> kQuadratic = {"shared.objective.kind=reference_quadratic",
                                             "shared.topology.nodes=4"};

std::map<std::string, std::string> values_with(const std::string& item) {
  auto set = kQuadratic;
  if (!item.empty()) set.push_back(item);
  return shared_values(load(set));
}

TEST(Fingerprint, ChangesExactlyTheKeyThatChanged) {
  const auto base = values_with("");
  for (const std::string item : {"shared.seed=2", "shared.stop.steps=7", "shared.precision=float32",
                                 "shared.algorithm.kind=extra", "shared.algorithm.step_size=0.5",
                                 "shared.mixing.steps=3", "shared.name=b", "shared.chunk=128",
                                 "shared.membership.min_nodes=2", "shared.objective.kappa=10"}) {
    const auto changed = values_with(item);
    const std::string key = item.substr(0, item.find('='));
    std::map<std::string, std::string> expected = base;
    expected[key] = item.substr(item.find('=') + 1);
    EXPECT_EQ(changed, expected);
    EXPECT_NE(changed, base) << item;
  }
}

TEST(Fingerprint, LocalValuesAndAddressesMayDiffer) {
  EXPECT_EQ(values_with("local.grace=2"), values_with(""));
  const std::string one = "[[node]]\nid = 0\nlisten = \"tcp://127.0.0.1:1\"\n";
  const std::string other = "[[node]]\nid = 0\nlisten = \"tcp://127.0.0.1:2\"\n";
  const std::string third = "[[node]]\nid = 1\nlisten = \"tcp://127.0.0.1:2\"\n";
  EXPECT_EQ(shared_values(load(kQuadratic, one)), shared_values(load(kQuadratic, other)));
  EXPECT_NE(shared_values(load(kQuadratic, one)), shared_values(load(kQuadratic, third)));
  EXPECT_EQ(shared_values(load(kQuadratic, third)).at("node.ids"), "1");
}

TEST(Fingerprint, FloatsAreExactAndHoweverWrittenTheSame) {
  EXPECT_EQ(values_with("shared.stop.gradient_norm=0.1").at("shared.stop.gradient_norm"),
            "0.10000000000000001");
  EXPECT_EQ(values_with("shared.stop.gradient_norm=1e-1"),
            values_with("shared.stop.gradient_norm=0.1"));
  EXPECT_NE(values_with("shared.stop.gradient_norm=0.1"),
            values_with("shared.stop.gradient_norm=0.10000000000000002"));
  EXPECT_EQ(values_with("").at("shared.algorithm.step_size"), "auto");
  EXPECT_EQ(values_with("shared.objective.kappa=50").at("shared.objective.kappa"), "50");
  EXPECT_EQ(values_with("shared.objective.kappa=5e1").at("shared.objective.kappa"), "50");
}

TEST(Fingerprint, FilesCountByContentNotByPath) {
  const TemporaryFolder folder;
  folder.write("a.libsvm", "1 1:2\n0 1:3\n");
  folder.write("b.libsvm", "1 1:2\n0 1:3\n");
  folder.write("c.libsvm", "1 1:2\n0 1:4\n");
  folder.write("empty", "");
  const auto digest = [&](const std::string& name) {
    return shared_values(
               load({"shared.topology.nodes=2", "shared.objective.data=" + folder.file(name)}))
        .at("shared.objective.data");
  };
  EXPECT_EQ(digest("a.libsvm"), digest("b.libsvm"));
  EXPECT_NE(digest("a.libsvm"), digest("c.libsvm"));
  EXPECT_TRUE(digest("a.libsvm").ends_with(":12"));
  EXPECT_EQ(digest("empty"), "xxh3:2d06800538d394c2:0") << "the published XXH3-64 of nothing";
  EXPECT_THROW(digest("absent"), ConfigError);
  const auto partition = [&](const std::string& name) {
    return shared_values(
               load({"shared.topology.nodes=2", "shared.objective.data=" + folder.file("empty"),
                     "shared.objective.partition=groups:" + folder.file(name)}))
        .at("shared.objective.partition");
  };
  EXPECT_EQ(partition("a.libsvm"), partition("b.libsvm"));
  EXPECT_EQ(partition("empty"), "groups:xxh3:2d06800538d394c2:0");
}

TEST(Fingerprint, ADerivedNumberOfNodesIsTheGivenOne) {
  const std::vector<std::string> sides = {"shared.objective.kind=reference_quadratic",
                                          "shared.topology.kind=torus", "shared.topology.rows=3",
                                          "shared.topology.columns=3"};
  auto said = sides;
  said.push_back("shared.topology.nodes=9");
  EXPECT_EQ(shared_values(load(sides)), shared_values(load(said)));
}

}  // namespace
}  // namespace starling
