#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace {

// topology/ is the lowest room: of ours it includes only itself, of the system nothing with a
// clock, a socket, a thread or a file in it.
TEST(Topology, IncludesNothingFromAboveAndNothingThatTouchesTheWorld) {
  const std::set<std::string> forbidden = {"<chrono>",     "<ctime>",  "<fstream>", "<thread>",
                                           "<mutex>",      "<random>", "<iostream>", "<filesystem>",
                                           "<unistd.h>",   "<atomic>", "<cstdio>"};
  int files = 0;
  const std::filesystem::path room = std::filesystem::path(STARLING_SOURCE_DIR) / "topology";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(room)) {
    const auto extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    ++files;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("#include ")) continue;
      const std::string what = line.substr(9, line.find_last_of(">\"") - 8);
      if (what.starts_with('"')) {
        EXPECT_TRUE(what.starts_with("\"topology/")) << entry.path() << ": " << what;
      } else {
        EXPECT_FALSE(forbidden.contains(what) || what.starts_with("<sys/"))
            << entry.path() << ": " << what;
      }
    }
  }
  EXPECT_GT(files, 30);
}

}  // namespace
