#include "node/setup/cuda_module.h"

#include <dlfcn.h>

#include <charconv>
#include <filesystem>
#include <vector>

#include "cuda/starling_cuda.h"
#include "node/config/option_value.h"
#include "node/error.h"

namespace starling {
namespace {

namespace fs = std::filesystem;

std::string quoted_key(const std::string& device) {
  return "local.device = \"" + printable(device) + "\": ";
}

std::vector<fs::path> places() {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  return {folder / STARLING_CUDA_LIBRARY, folder.parent_path() / "lib" / STARLING_CUDA_LIBRARY};
}

// N of "cuda:N"; nothing where it is no device's name.
bool parse_device(const std::string& device, std::uint32_t& index) {
  constexpr std::string_view kCuda = "cuda";
  index = 0;
  if (device == kCuda) return true;
  if (!device.starts_with("cuda:")) return false;
  const char *begin = device.data() + kCuda.size() + 1, *end = device.data() + device.size();
  const auto [after, error] = std::from_chars(begin, end, index);
  return error == std::errc() && after == end && end - begin <= 6;
}

// Errors    ConfigError.
const starling_cuda_module& load(const std::string& key) {
  std::string tried;
  void* library = nullptr;
  for (const fs::path& place : places()) {
    tried += place.string() + ", ";
    std::error_code ignored;
    if (!fs::exists(place, ignored)) continue;
    library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw ConfigError(key + dlerror());  // its words name the file
    break;
  }
  if (!library) library = dlopen(STARLING_CUDA_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw ConfigError(key + STARLING_CUDA_LIBRARY " is missing; looked for " + tried +
                      "then where the system looks; building with nvcc makes it (docs/cuda.md)");
  const auto entry = reinterpret_cast<starling_cuda_entry>(dlsym(library, STARLING_CUDA_ENTRY));
  if (!entry)
    throw ConfigError(key + STARLING_CUDA_LIBRARY " has no function " STARLING_CUDA_ENTRY);
  const starling_cuda_module& module = *entry();
  if (module.abi != STARLING_OBJECTIVE_ABI)
    throw ConfigError(key + STARLING_CUDA_LIBRARY " is made for version " +
                      std::to_string(module.abi) + " of starling_objective.h; this is version " +
                      std::to_string(STARLING_OBJECTIVE_ABI));
  return module;
}

}  // namespace

void require_device_name(const std::string& device) {
  std::uint32_t index = 0;
  if (device != "cpu" && !parse_device(device, index))
    throw ConfigError(quoted_key(device) + "must be cpu, cuda or cuda:N");
}

const starling_objective_vtable& objective_on_device(const std::string& device,
                                                     const std::string& kind) {
  const std::string key = quoted_key(device);
  const starling_cuda_module& module = load(key);
  const starling_objective_vtable* const table = module.objective(kind.c_str());
  if (!table)
    throw ConfigError(key + "shared.objective.kind = \"" + kind +
                      "\" runs on the CPU only; on a device run " + module.kinds);
  char why[256] = "";
  const std::uint32_t devices = module.devices(why, sizeof why);
  if (devices == 0) throw ConfigError(key + why);
  std::uint32_t index = 0;
  parse_device(device, index);
  if (index >= devices)
    throw ConfigError(
        key + "no such device; there is " +
        (devices == 1 ? "only cuda:0" : "cuda:0 .. cuda:" + std::to_string(devices - 1)));
  return *table;
}

std::string cuda_module_place() {
  std::error_code ignored;
  for (const fs::path& place : places())
    if (fs::exists(place, ignored)) return place.string();
  return "no";
}

}  // namespace starling
