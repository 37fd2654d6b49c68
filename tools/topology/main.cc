// starling-topology: graphs, their weights and their spectra, at the command line.
#include <exception>
#include <iostream>

#include "node/error.h"
#include "tools/topology/commands.h"

namespace {

int complain(const std::exception& error, int code) {
  std::cerr << "starling-topology: " << error.what() << "\n";
  return code;
}

}  // namespace

int main(int argc, char** argv) try {
  const starling::TopologyOptions options = starling::parse_options(argc, argv);
  if (options.help) {
    std::cout << starling::usage();
  } else if (options.version) {
    std::cout << "starling-topology " STARLING_VERSION "\n";
  } else {
    starling::run_command(options);
  }
  return 0;
} catch (const starling::UsageError& error) {
  return complain(error, 2);
} catch (const starling::GraphError& error) {
  return complain(error, 2);
} catch (const starling::ConfigError& error) {
  return complain(error, 2);
} catch (const std::exception& error) {
  return complain(error, 1);
}
