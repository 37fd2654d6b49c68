#include "tools/topology/draw.h"

#include <filesystem>
#include <string_view>

#include "tools/topology/files.h"
#include "topology/drawing/draw.h"

namespace starling {
namespace {

std::string_view usual_layout(const std::string& subject) {
  if (subject == "grid" || subject == "torus") return "grid";
  for (const std::string_view kind : {"ring", "complete", "exponential", "paley", "watts_strogatz",
                                      "hypercube", "complete_bipartite"})
    if (subject == kind) return "circle";
  return "spring";
}

}  // namespace

void draw_command(const TopologyOptions& options, const MixingMatrix& matrix,
                  const std::string& weights) {
  const std::string title = std::filesystem::path(options.subject).filename().string();
  const std::string_view layout =
      options.layout.empty() ? usual_layout(options.subject) : options.layout;
  write_result(options, draw(matrix, layout, title, weights));
}

}  // namespace starling
