#include "models/sparse_autoencoder/code_pictures.hpp"

#include <algorithm>

#include "models/sparse_autoencoder/atoms.hpp"
#include "unfurl/at.hpp"

namespace unfurl::sparse_autoencoder_model {

namespace {

/// Pictures side by side, `across` in a line.
Panel mosaic(const std::string& name, const Pictures& pictures, int across) {
  const int count = pictures.count(), lines = (count + across - 1) / across;
  Panel panel{name, lines * side, across * side, std::vector<float>(at(lines * side * across * side)), {}};
  for (int p = 0; p < count; ++p)
    for (int i = 0; i < side * side; ++i)
      panel.values[at((p / across * side + i / side) * panel.columns + p % across * side + i % side)] =
          pictures.pixels[at(p * side * side + i)];
  return panel;
}

std::vector<float> codes(const Network& network, const Pictures& pictures, int n) {
  const Network here = n == side ? network : network.of({n});
  return here.run(as_data(n == side ? pictures : resampled(pictures, n)), {"z"})["z"].values;
}

/// Lines of entries, the three resolutions of a picture one below the other.
Panel lines(const Exhibit& exhibit, const Pictures& few) {
  Panel panel{exhibit.name, 3 * few.count(), atoms, std::vector<float>(at(3 * few.count() * atoms)), {}};
  for (std::ptrdiff_t r = 0; r < 3; ++r) {
    const std::vector<float> z = codes(exhibit.network, few, resolutions[r]);
    for (std::ptrdiff_t s = 0; s < few.count(); ++s)
      std::copy_n(z.begin() + s * atoms, atoms, panel.values.begin() + (3 * s + r) * atoms);
  }
  return panel;
}

/// A picture in a line, its three resolutions side by side, as large as the finest.
Panel maps(const Exhibit& exhibit, const Pictures& few) {
  const int fine = resolutions[2];
  Panel panel{
      exhibit.name, fine * few.count(), 3 * fine, std::vector<float>(at(3 * fine * fine * few.count())), {}};
  for (int r = 0; r < 3; ++r) {
    const int n = resolutions[r];
    const std::vector<float> z = codes(exhibit.network, few, n);
    for (int s = 0; s < few.count(); ++s)
      for (int i = 0; i < fine; ++i)
        for (int j = 0; j < fine; ++j) {
          float& most = panel.values[at((s * fine + i) * panel.columns + r * fine + j)];
          for (int c = 0; c < kernels; ++c)
            most = std::max(most, z[at(((s * kernels + c) * n + i * n / fine) * n + j * n / fine)]);
        }
  }
  return panel;
}

Pictures first(const Pictures& pictures, int count) {
  const auto pixels = std::min(at(count) * pictures.size(), pictures.pixels.size());
  return {
      side, side, {pictures.pixels.begin(), pictures.pixels.begin() + static_cast<std::ptrdiff_t>(pixels)}};
}

}  // namespace

std::vector<Illustration> code_pictures(const std::vector<Exhibit>& networks, const Pictures& pictures) {
  constexpr int in_lines = 8, in_maps = 3, across = 16;
  Illustration drawn, coded, mapped;
  drawn.title = "Atoms";
  drawn.caption =
      "What every entry of a code makes; of codes over pixels the one in the middle, of every kernel.";
  coded.title = "Codes at 14, 28 and 56 pixels";
  coded.caption = detail::cat("Of ", in_lines, " test pictures, three lines each; entries to the right.");
  mapped.title = "Codes over pixels";
  mapped.caption =
      detail::cat("Of ", in_maps,
                  " test pictures, downwards, at 14, 28 and 56 pixels, to the right: the largest "
                  "entry of all kernels at every pixel.");
  for (const Exhibit& exhibit : networks) {
    const Pictures atoms_here = atoms_of(exhibit.network);
    drawn.panels.push_back(mosaic(exhibit.name, atoms_here, std::min(across, atoms_here.count())));
    if (atoms_here.count() == atoms)
      coded.panels.push_back(lines(exhibit, first(pictures, in_lines)));
    else
      mapped.panels.push_back(maps(exhibit, first(pictures, in_maps)));
  }
  std::vector<Illustration> all;
  for (Illustration* i : {&drawn, &coded, &mapped})
    if (!i->panels.empty()) all.push_back(std::move(*i));
  return all;
}

}  // namespace unfurl::sparse_autoencoder_model
