#include "node/cli.h"

#include <gtest/gtest.h>

#include "consensus/agreement.h"
#include "node/exit_code.h"

namespace starling {
namespace {

CliProgram program() {
  CliProgram result;
  result.name = "starling-test";
  result.usage = "starling-test --config FILE\nstarling-test list";
  result.summary = "Shows how a program reads its command line.";
  result.libzmq = "4.3.4";
  result.options = config_options();
  result.options.push_back({"nodes", "N", "number of nodes", false});
  return result;
}

Arguments parse(std::vector<std::string> words) { return Arguments::parse(program(), words); }

std::string complaint(std::vector<std::string> words) {
  try {
    parse(std::move(words));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

int run(std::vector<std::string> words, const std::function<int(const Arguments&)>& body) {
  words.insert(words.begin(), "starling-test");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return run_program(program(), static_cast<int>(argv.size()), argv.data(), body);
}

TEST(CommandLine, OptionsWordsAndRepeatedOptionsAreTakenApart) {
  const Arguments arguments =
      parse({"list", "--config", "a b.toml", "--set", "x=1", "--set=y=2", "algorithms", "--check"});
  EXPECT_EQ(arguments.words(), (std::vector<std::string>{"list", "algorithms"}));
  EXPECT_EQ(arguments.value("config"), "a b.toml");
  EXPECT_EQ(arguments.values("set"), (std::vector<std::string>{"x=1", "y=2"}));
  EXPECT_TRUE(arguments.has("check"));
  EXPECT_FALSE(arguments.has("nodes"));
  EXPECT_EQ(arguments.integer("nodes", 1, 9), std::nullopt);
  EXPECT_TRUE(parse({"-h"}).has("help"));
}

TEST(CommandLine, MistakesAreNamed) {
  EXPECT_NE(complaint({"--confg", "a"}).find("did you mean '--config'?"), std::string::npos);
  EXPECT_NE(complaint({"--conf", "a"}), "") << "no abbreviations";
  EXPECT_NE(complaint({"-x"}).find("-x"), std::string::npos);
  EXPECT_NE(complaint({"--config"}), "") << "argument missing";
  EXPECT_NE(complaint({"--config", "a", "--config", "b"}).find("given twice"), std::string::npos);
  EXPECT_NE(complaint({"--check=1"}), "") << "a switch takes no argument";
}

TEST(CommandLine, NumbersAreStrict) {
  EXPECT_EQ(parse({"--nodes", "7"}).integer("nodes", 1, 9), 7u);
  EXPECT_EQ(parse({"--nodes", "0.5"}).real("nodes", 0, 1), 0.5);
  for (const char* bad : {"0", "10", "x", "7x", "", "-1", "1.0"})
    EXPECT_THROW(parse({"--nodes", bad}).integer("nodes", 1, 9), ConfigError) << bad;
  for (const char* bad : {"nan", "2", "x"})
    EXPECT_THROW(parse({"--nodes", bad}).real("nodes", 0, 1), ConfigError) << bad;
}

TEST(CommandLine, HelpNamesEveryOptionAndEveryKey) {
  const std::string help = help_text(program());
  for (const char* part :
       {"--config FILE", "--set KEY=VALUE", "--print-config", "--nodes N", "--help", "--version",
        "usage: starling-test --config FILE", "       starling-test list", "shared.algorithm.kind",
        "gradient_tracking", "local.grace", "default 1000"})
    EXPECT_NE(help.find(part), std::string::npos) << part;
}

TEST(CommandLine, VersionNamesCommitCompilerAndLibraries) {
  const std::string version = version_text(program());
  for (const char* part :
       {"starling-test 0.", "commit ", "compiler ", "CUDA      ", "libzmq    4.3.4"})
    EXPECT_NE(version.find(part), std::string::npos) << part;
}

TEST(CommandLine, ExceptionsBecomeOneLineAndTheRightCode) {
  const auto thrown = [](const auto& error) {
    testing::internal::CaptureStderr();
    const int code = run({}, [&](const Arguments&) -> int { throw error; });
    return std::pair(code, testing::internal::GetCapturedStderr());
  };
  EXPECT_EQ(thrown(ConfigError("a\nb")), std::pair(2, std::string("starling-test: a b\n")));
  EXPECT_EQ(thrown(SettingsError("s")).first, 2);
  EXPECT_EQ(thrown(GraphError("g")).first, 2);
  EXPECT_EQ(thrown(RunError("r")), std::pair(1, std::string("starling-test: r\n")));
  EXPECT_EQ(thrown(std::bad_alloc()), std::pair(1, std::string("starling-test: out of memory\n")));
  EXPECT_EQ(run({}, [](const Arguments&) { return 4; }), 4);
}

TEST(CommandLine, HelpAndVersionEndWithoutRunning) {
  testing::internal::CaptureStdout();
  const auto never = [](const Arguments&) { return 1; };
  EXPECT_EQ(run({"--help"}, never), 0);
  EXPECT_EQ(run({"--version"}, never), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), help_text(program()) + version_text(program()));
}

TEST(ExitCodes, AreThoseOfTheContract) {
  EXPECT_EQ(exit_code(exit_code_of_status("converged")), 0);
  EXPECT_EQ(exit_code(exit_code_of_status("stopped")), 0);
  EXPECT_EQ(exit_code(exit_code_of_status("budget")), 3);
  EXPECT_EQ(exit_code(exit_code_of_status("lost")), 4);
  EXPECT_EQ(exit_code(exit_code_of_status("failed")), 1);
  EXPECT_EQ(signal_exit_code(15), 143);
}

}  // namespace
}  // namespace starling
