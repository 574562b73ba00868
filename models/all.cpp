// The list of models: a new one is its file, its line in models.hpp, and its name here.
#include "models/models.hpp"

namespace unfurl {

std::vector<std::shared_ptr<const Task>> all_models() {
  return {denoiser(), lista(),      psista(),  deep_nmf(),   boltzmann(),        letters(),
          segments(), spin_glass(), restore(), common_pca(), superimposed_csi(), mimo()};
}

}  // namespace unfurl
