#include "node/setup/plugin.h"

#include <dlfcn.h>

#include <cstddef>
#include <filesystem>

#include "node/error.h"

namespace starling {

const starling_objective_vtable& load_plugin(const std::string& path) {
  const auto refuse = [&](const std::string& why) -> ConfigError {
    return ConfigError("shared.objective.library = \"" + path + "\": " + why);
  };
  // A name without a slash is looked for in the system's folders, not here.
  const std::string file = std::filesystem::absolute(path).string();
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* const words = dlerror();
    throw refuse(words ? words : "cannot be loaded");
  }
  const auto entry =
      reinterpret_cast<starling_objective_entry>(dlsym(library, STARLING_OBJECTIVE_ENTRY));
  if (!entry) throw refuse("has no function " STARLING_OBJECTIVE_ENTRY);
  const starling_objective_vtable* const table = entry();
  if (!table) throw refuse(STARLING_OBJECTIVE_ENTRY " returns nothing");
  if (table->abi != STARLING_OBJECTIVE_ABI)
    throw refuse("is made for version " + std::to_string(table->abi) +
                 " of starling_objective.h; this is version " +
                 std::to_string(STARLING_OBJECTIVE_ABI));
  return *table;
}

bool counts_correct(const starling_objective_vtable& table) {
  constexpr std::size_t end =
      offsetof(starling_objective_vtable, accuracy) + sizeof(starling_objective_vtable::accuracy);
  return table.struct_size >= end && table.accuracy != nullptr;
}

}  // namespace starling
