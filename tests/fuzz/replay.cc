// The main of fuzz_<name>_replay: a fuzz target without a fuzzer.
//
//   fuzz_<name>_replay FOLDER [--runs N] [--seed S] [--from K]
//
// Gives the target every file of the folder, then runs K .. K + N - 1 of the mutations that S
// names. When one fails, the last line is the command that runs it alone.

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/mutation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace starling;

char under_way[4096];  // what a crash writes: no allocation, no formatting then

void tell() {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, under_way, std::strlen(under_way));
}

void on_crash(int signal) {
  tell();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(const std::string& input) {
  // A block of exactly this size, so that a sanitizer sees the first byte read beyond it.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

}  // namespace

extern "C" void __asan_on_error() { tell(); }

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [--runs N] [--seed S] [--from K]\n", argv[0]);
    return 2;
  }
  std::uint64_t runs = 20'000, seed = 1, from = 0;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    (option == "--runs" ? runs : option == "--seed" ? seed : from) = number(argv[i + 1]);
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, on_crash);

  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    std::snprintf(under_way, sizeof under_way, "\nfailed on %s\n", file.c_str());
    run(seeds.back());
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: no seeds in %s\n", argv[0], argv[1]);
    return 1;
  }
  for (std::uint64_t k = from; k < from + runs; ++k) {
    std::snprintf(under_way, sizeof under_way, "\nagain: %s %s --seed %llu --from %llu --runs 1\n",
                  argv[0], argv[1], static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(k));
    RandomStream stream(seed, Purpose::test, static_cast<std::uint32_t>(k));
    run(mutated(seeds, stream));
  }
  std::printf("%zu seeds and %llu mutations of them: no finding\n", seeds.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}
