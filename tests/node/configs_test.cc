#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "node/config/config.h"
#include "node/config/fingerprint.h"
#include "node/setup/experiment.h"

namespace starling {
namespace {

std::vector<std::string> shipped_configs() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(STARLING_SOURCE_DIR "/configs"))
    if (entry.path().extension() == ".toml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

Config load_alone(const std::string& file) {
  ConfigSources sources;  // without the environment of whoever runs the tests
  sources.file = file;
  return load_config(sources);
}

class EveryShippedConfig : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Configs, EveryShippedConfig, testing::ValuesIn(shipped_configs()),
                         [](const auto& config) {
                           return std::filesystem::path(config.param).stem().string();
                         });

TEST_P(EveryShippedConfig, IsReadWithItsGraphDataAndObjective) {
  const Config config = load_alone(GetParam());
  const Experiment experiment = make_experiment(config);
  EXPECT_EQ(experiment.nodes(), config.shared.topology.nodes);
  const auto first = make_objective(config, experiment, 0);
  const auto last = make_objective(config, experiment, experiment.nodes() - 1);
  EXPECT_EQ(first->objective->dimension(), last->objective->dimension());
  EXPECT_GT(first->objective->dimension(), 0u);
}

TEST_P(EveryShippedConfig, PrintsToATextThatReadsBackToTheSameFingerprint) {
  const Config config = load_alone(GetParam());
  ConfigSources sources;
  sources.file = "/elsewhere/printed.toml";
  sources.text = print_config(config);
  const Config again = load_config(sources);
  EXPECT_EQ(shared_values(again), shared_values(config));
  for (const auto& [key, value] : config.values)
    EXPECT_EQ(again.values.at(key).toml, value.toml) << key;
}

TEST(ShippedConfigs, AreThere) { EXPECT_GE(shipped_configs().size(), 4u); }

}  // namespace
}  // namespace starling
