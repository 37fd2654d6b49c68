#include "consensus/mixers/mixer.h"
#include "topology/contraction.h"

namespace starling {

namespace {
const MixerEntry kMixers[] = {
    {"plain", "K multiplications by W", "Xiao & Boyd 2004", plain_mix, plain_steps, GraphNeed::any},
    {"chebyshev", "the best degree-K polynomial in W on [lambda_n, lambda_2]",
     "Golub & Varga 1961; Scaman et al. 2017", chebyshev_mix, chebyshev_steps,
     GraphNeed::symmetric_static},
};
}  // namespace

std::span<const MixerEntry> mixers() { return kMixers; }

const MixerEntry* find_mixer(std::string_view name) {
  for (const MixerEntry& entry : kMixers)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace starling
