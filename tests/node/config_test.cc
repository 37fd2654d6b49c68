#include "node/config/config.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <regex>

namespace starling {
namespace {

constexpr const char* kSmall = R"([shared.topology]
kind = "ring"
nodes = 5
[shared.objective]
kind = "reference_quadratic"
kappa = 50
)";

Config load(const std::string& text, std::vector<std::string> set = {},
            std::map<std::string, std::string> environment = {}) {
  ConfigSources sources;
  sources.file = "test.toml";
  sources.text = text;
  sources.set = std::move(set);
  sources.environment = std::move(environment);
  return load_config(sources);
}

// The one line a user sees; "" when the configuration was taken.
std::string complaint(const std::string& text, std::vector<std::string> set = {},
                      std::map<std::string, std::string> environment = {}) {
  try {
    load(text, std::move(set), std::move(environment));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

bool holds(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    if (message.find(part) == std::string::npos) return false;
  return message.find('\n') == std::string::npos;
}

std::string with(const std::string& lines) { return kSmall + ("\n" + lines + "\n"); }

TEST(Config, DefaultsAreThoseOfTheSettings) {
  const Config config = load(kSmall);
  const Settings standard;
  EXPECT_EQ(config.shared.seed, standard.seed);
  EXPECT_EQ(config.shared.precision, standard.precision);
  EXPECT_EQ(config.shared.chunk, standard.chunk);
  EXPECT_EQ(config.shared.checksum, standard.checksum);
  EXPECT_EQ(config.shared.security, standard.security);
  EXPECT_EQ(config.shared.objective.weighting, standard.objective.weighting);
  EXPECT_EQ(config.shared.objective.partition, standard.objective.partition);
  EXPECT_EQ(config.shared.topology.weights, standard.topology.weights);
  EXPECT_EQ(config.shared.topology.degree, standard.topology.degree);
  EXPECT_EQ(config.shared.topology.radius, standard.topology.radius);
  EXPECT_EQ(config.shared.mixing.acceleration, standard.mixing.acceleration);
  EXPECT_EQ(config.shared.mixing.steps, standard.mixing.steps);
  EXPECT_EQ(config.shared.algorithm.kind, standard.algorithm.kind);
  EXPECT_EQ(config.shared.algorithm.step_size, standard.algorithm.step_size);
  EXPECT_EQ(config.shared.stop.steps, standard.stop.steps);
  EXPECT_EQ(config.shared.synchrony, standard.synchrony);
  EXPECT_EQ(config.shared.membership.on_death, standard.membership.on_death);
  EXPECT_EQ(config.local.grace, LocalSettings{}.grace);
  EXPECT_EQ(config.local.link_window, LocalSettings{}.link_window);
  EXPECT_EQ(config.shared.topology.nodes, 5u);
}

TEST(Config, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  const std::string text = with("[shared.stop]\nsteps = 10");
  const std::map<std::string, std::string> environment = {{"STARLING_SHARED_STOP_STEPS", "20"}};
  const auto steps = [&](std::vector<std::string> set, std::map<std::string, std::string> env) {
    const Config config = load(text, std::move(set), std::move(env));
    return std::pair(config.shared.stop.steps, config.values.at("shared.stop.steps").origin);
  };
  EXPECT_EQ(load(kSmall).values.at("shared.stop.steps").origin, "default");
  EXPECT_EQ(steps({}, {}), std::pair(std::uint64_t{10}, std::string("test.toml:9")));
  EXPECT_EQ(steps({}, environment),
            std::pair(std::uint64_t{20}, std::string("environment STARLING_SHARED_STOP_STEPS")));
  EXPECT_EQ(steps({"shared.stop.steps=30"}, environment),
            std::pair(std::uint64_t{30}, std::string("--set")));
  EXPECT_EQ(steps({"shared.stop.steps=30", "shared.stop.steps=40"}, environment).first, 40u);
}

TEST(Config, AWeakerSourceIsCheckedEvenWhereItDoesNotCount) {
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nsteps = \"ten\""), {"shared.stop.steps=30"}),
                    {"test.toml:9", "shared.stop.steps", "\"ten\"", "whole number"}));
}

TEST(Config, ValuesAreStrictlyTyped) {
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nsteps = 1.5")), {"test.toml:9", "1.5"}));
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nsteps = \"5\"")), {"test.toml:9", "\"5\""}));
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nsteps = true")), {"test.toml:9", "true"}));
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nsteps = [5]")), {"test.toml:9", "an array"}));
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nsteps = -1")), {"-1", "whole number"}));
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nseconds = inf")), {"inf", "a number >= 0"}));
  EXPECT_TRUE(holds(complaint(with("[shared.stop]\nseconds = nan")), {"nan", "a number >= 0"}));
  EXPECT_TRUE(holds(complaint(with("[shared]\nname = 3")), {"shared.name = 3", "text"}));
  EXPECT_EQ(complaint(with("[shared.stop]\nseconds = 3")), "") << "a whole number is a real one";
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.seed=0x10"}), {"--set", "0x10"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.seed= 1"}), {"--set", "\" 1\""}));
}

TEST(Config, StepSizeIsPositiveOrAuto) {
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.algorithm.step_size=0"}),
                    {"shared.algorithm.step_size", "a number > 0, or auto"}));
  EXPECT_EQ(load(kSmall, {"shared.algorithm.step_size=auto"}).shared.algorithm.step_size, 0);
  EXPECT_EQ(load(kSmall, {"shared.algorithm.step_size=0.25"}).shared.algorithm.step_size, 0.25);
  EXPECT_EQ(load(kSmall, {"shared.mixing.steps=7"}).shared.mixing.steps, 7);
  EXPECT_NE(complaint(kSmall, {"shared.mixing.steps=0"}), "");
}

TEST(Config, AnUnknownKeyIsRefusedWithTheNearestOne) {
  EXPECT_TRUE(holds(complaint(with("[shared.algorithm]\nkid = \"extra\"")),
                    {"test.toml:9", "unknown key shared.algorithm.kid",
                     "did you mean 'shared.algorithm.kind'?"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.sed=1"}), {"--set", "did you mean 'shared.seed'?"}));
  EXPECT_TRUE(holds(complaint(kSmall, {}, {{"STARLING_SHARED_SED", "1"}}),
                    {"STARLING_SHARED_SED", "did you mean 'STARLING_SHARED_SEED'?"}));
  EXPECT_TRUE(holds(complaint("seed = 3\n"), {"test.toml:1", "unknown key seed"}));
  EXPECT_TRUE(holds(complaint("[shared]\n\"algorithm.kind\" = \"extra\"\n"),
                    {"test.toml:2", "unknown key \"algorithm.kind\""}));
}

TEST(Config, AnUnknownNameIsRefusedWithTheNearestOne) {
  EXPECT_TRUE(holds(complaint(with("[shared.algorithm]\nkind = \"gradient_trackin\"")),
                    {"test.toml:9", "shared.algorithm.kind", "\"gradient_trackin\"", "mudag",
                     "did you mean 'gradient_tracking'?"}));
  EXPECT_TRUE(
      holds(complaint(kSmall, {"shared.objective.kind=logistik"}), {"did you mean 'logistic'?"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.topology.kind=rng"}), {"did you mean 'ring'?"}));
}

TEST(Config, AnObjectiveHasItsOwnKeysAndNoOthers) {
  const Config config = load(kSmall);
  EXPECT_EQ(config.shared.objective.config,
            R"({"kappa":50,"kind":"reference_quadratic","partition":"iid","scale":"none",)"
            R"("weighting":"samples"})");
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.objective.kind=vectors"}),
                    {"test.toml:6", "unknown key shared.objective.kappa", "random"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.objective.kapa=2"}),
                    {"did you mean 'shared.objective.kappa'?"}));
  // A seed keeps its last digit; beside a real one it does not become one.
  const Config seeded = load(kSmall, {"shared.objective.seed=9007199254740993"});
  EXPECT_NE(seeded.shared.objective.config.find("9007199254740993"), std::string::npos);
  EXPECT_EQ(load(kSmall, {}, {{"STARLING_SHARED_OBJECTIVE_KAPPA", "7"}})
                .values.at("shared.objective.kappa")
                .toml,
            "7");
}

TEST(Config, WhatLaterVersionsBringIsRefusedInSoManyWords) {
  const char* items[] = {"shared.synchrony.mode=ssp", "shared.synchrony.mode=async",
                         "shared.wire=bfloat16"};
  for (const char* item : items)
    EXPECT_TRUE(holds(complaint(kSmall, {item}), {"not available in this version"})) << item;
}

TEST(Config, StepsOfSingleRowsAreRefusedWithWhatTheyLeaveOut) {
  const std::string text = "[shared.topology]\nkind = \"ring\"\nnodes = 5\n";
  const std::map<std::string, std::string> good = {{"shared.objective.kind", "logistic"},
                                                   {"shared.objective.data", "/rows.libsvm"},
                                                   {"shared.algorithm.kind", "dgd_atc"},
                                                   {"shared.algorithm.batch", "8"},
                                                   {"shared.algorithm.step_size", "0.1"},
                                                   {"local.solver", "hogwild"},
                                                   {"local.threads", "2"}};
  const auto with_one = [&](const std::string& key, const std::string& value) {
    auto changed = good;
    changed[key] = value;
    std::vector<std::string> items;
    for (const auto& [one, its] : changed) items.push_back(one + "=" + its);
    return items;
  };
  const Config config = load(text, with_one("local.threads", "3"));
  EXPECT_EQ(config.local.solver, "hogwild");
  EXPECT_EQ(config.local.threads, 3);
  const std::array<const char*, 3> cases[] = {
      {"shared.objective.kind", "mlp", "softmax"},
      {"shared.algorithm.kind", "extra", "local steps: dgd_atc, exact_diffusion, k_gt"},
      {"shared.algorithm.batch", "0", "above 0"},
      {"shared.algorithm.step_size", "auto", "given"},
      {"shared.optimizer.kind", "adam", "sgd"},
      {"shared.optimizer.weight_decay", "0.1", "must be 0"},
      {"shared.optimizer.clip_norm", "1", "must be 0"},
      {"shared.optimizer.clip_value", "1", "must be 0"},
      {"local.device", "cuda", "cpu"},
      {"local.solver", "gradient", "one thread"},
  };
  for (const auto& [key, value, allowed] : cases)
    EXPECT_TRUE(holds(complaint(text, with_one(key, value)), {key, allowed, "local.solver"}))
        << key << ": " << complaint(text, with_one(key, value));
}

TEST(Config, ADeviceIsNamedOrRefusedWithTheNamesThereAre) {
  for (const char* device : {"cpu", "cuda", "cuda:0", "cuda:12"})
    EXPECT_EQ(load(kSmall, {std::string("local.device=") + device}).local.device, device);
  for (const char* device : {"rocm", "cuda:", "cuda:-1", "cuda:x", "cuda:1x", "cuda:9999999", ""})
    EXPECT_TRUE(holds(complaint(kSmall, {std::string("local.device=") + device}),
                      {"local.device = ", "cpu, cuda or cuda:N"}))
        << device;
}

TEST(Config, TensorCoresMultiplyFloatsOfADeviceOnly) {
  const std::string key = "local.tensor_cores=", device = "local.device=cuda",
                    single = "shared.precision=float32";
  for (const char* name : {"tf32", "bf16"}) {
    EXPECT_EQ(load(kSmall, {key + name, device, single}).local.tensor_cores, name);
    EXPECT_TRUE(holds(complaint(kSmall, {key + name, single}), {name, "\"cpu\" has none"}));
    EXPECT_TRUE(
        holds(complaint(kSmall, {key + name, device}), {name, "shared.precision", "float64"}));
  }
  EXPECT_TRUE(holds(complaint(kSmall, {key + "fp8", device, single}), {"fp8", "bf16"}));
}

TEST(Config, ADeviceThatTakesTheStepsItselfTakesNoneOfLBfgs) {
  const auto told = [](const char* algorithm) {
    return complaint(kSmall, {"local.device=cuda", "shared.optimizer.kind=lbfgs",
                              std::string("shared.algorithm.kind=") + algorithm});
  };
  EXPECT_TRUE(holds(told("dgd_atc"), {"local.device = \"cuda\"", "dgd_atc", "lbfgs"}));
  EXPECT_EQ(told("dgd_cta"), "");
}

TEST(Config, AGraphComesFromAKindOrAFile) {
  EXPECT_TRUE(holds(complaint(with("") + "[local]\n", {"shared.topology.file=graph.edges"}),
                    {"test.toml:2", "shared.topology.kind", "kind or from file"}));
  EXPECT_TRUE(holds(complaint("", {"shared.topology.file=/nowhere/graph.edges",
                                   "shared.objective.kind=reference_quadratic"}),
                    {"shared.topology.file", "/nowhere/graph.edges", "No such file"}));
  EXPECT_TRUE(holds(complaint("", {"shared.topology.file=/dev/zero",
                                   "shared.objective.kind=reference_quadratic"}),
                    {"/dev/zero", "no regular file"}));
}

TEST(Config, TheGraphSaysHowManyNodesThereAre) {
  const std::vector<std::string> sides = {"shared.topology.kind=torus", "shared.topology.rows=3",
                                          "shared.topology.columns=4"};
  const std::string text = "[shared.objective]\nkind = \"reference_quadratic\"\n";
  EXPECT_EQ(load(text, sides).shared.topology.nodes, 12u);
  EXPECT_TRUE(holds(complaint(text), {"shared.topology", "nodes"}));
}

TEST(Config, LimitsMustFitTogether) {
  EXPECT_TRUE(holds(complaint(kSmall, {"local.grace=31"}), {"local.grace = 31", "grace_max = 30"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.membership.min_nodes=6"}), {"min_nodes = 6", "5"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.membership.resume=exact"}),
                    {"resume = \"exact\"", "checkpoint_every"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.chunk=100"}), {"shared.chunk = 100", "64"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.algorithm.kind=average"}),
                    {"shared.algorithm.kind = \"average\"", "vectors"}));
}

TEST(Config, AnObjectiveThatNeedsDataSaysSo) {
  EXPECT_TRUE(holds(complaint("[shared.topology]\nnodes = 3\n"),
                    {"shared.objective.data is missing", "logistic"}));
  EXPECT_TRUE(holds(complaint(kSmall, {"shared.objective.data=a.libsvm"}),
                    {"shared.objective.data", "reads no data"}));
}

TEST(Config, PathsOfTheFileBeginAtItsFolderOthersWhereTheUserStands) {
  ConfigSources sources;
  sources.file = "/some/where/test.toml";
  sources.text =
      "[shared.objective]\ndata = \"../data/a.libsvm\"\npartition = \"groups:g.txt\"\n"
      "[shared.topology]\nnodes = 2\n";
  const Config from_file = load_config(sources);
  EXPECT_EQ(from_file.shared.objective.data, "/some/data/a.libsvm");
  EXPECT_EQ(from_file.shared.objective.partition, "groups:/some/where/g.txt");
  sources.set = {"shared.objective.data=b.libsvm"};
  EXPECT_EQ(load_config(sources).shared.objective.data,
            (std::filesystem::current_path() / "b.libsvm").string());
}

TEST(Config, BrokenTomlIsNamedWithItsLine) {
  EXPECT_TRUE(holds(complaint("[shared]\nseed = \n"), {"test.toml:2"}));
  EXPECT_TRUE(holds(complaint("[shared]\nseed = 1\nseed = 2\n"), {"test.toml:3"}));
  EXPECT_TRUE(holds(complaint(std::string(9000, 'a') + " = 1\n"), {"test.toml:1", "8192"}));
  EXPECT_TRUE(holds(complaint("[shared]\nname = \"a\\u0000b\"\n"), {"test.toml:2", "\\x00"}));
}

TEST(Config, WhatIsPrintedReadsBackToItself) {
  const Config config = load(with("[shared.stop]\ngradient_norm = 1e-9\n[[node]]\nid = 1\n"
                                  "listen = \"tcp://127.0.0.1:7001\"\n[[node]]\nid = 0\n"
                                  "listen = \"ipc:///tmp/a#b\"\n[shared]\n"
                                  "name = \"q\\\"u\\\\o\\u0007te#\""),
                             {"shared.algorithm.step_size=0.1", "shared.topology.seed=3"});
  const std::string printed = print_config(config);
  const Config again = load(printed);
  ASSERT_EQ(config.values.size(), again.values.size());
  for (const auto& [key, value] : config.values) EXPECT_EQ(value.toml, again.values.at(key).toml);
  EXPECT_EQ(config.shared.objective.config, again.shared.objective.config);
  ASSERT_EQ(again.nodes.size(), 2u);
  EXPECT_EQ(again.nodes[1].listen, "tcp://127.0.0.1:7001");
  const auto without_comments = [](const std::string& text) {
    return std::regex_replace(text, std::regex(" +# [^\"\n]*\n"), "\n");
  };
  EXPECT_EQ(without_comments(print_config(again)), without_comments(printed));
  EXPECT_NE(printed.find("# --set"), std::string::npos);
  EXPECT_NE(printed.find("# test.toml:6"), std::string::npos);
  EXPECT_NE(printed.find("# default"), std::string::npos);
}

}  // namespace
}  // namespace starling
