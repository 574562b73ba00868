// Manifests of mixtures.
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <string>

#include "harness.hpp"
#include "unfurl/audio.hpp"

void unfurl::fuzz::read(std::string_view input) {
  static const int file = memfd_create("manifest", 0);  // a regular file without a disk
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, input.data(), input.size(), 0) < 0) return;
  accepted(input.size(), [&] {
    const auto rows = audio::read_manifest(path);
    law(!rows.empty(), "a manifest has rows");
    for (const auto& row : rows) {
      law(!row.id.empty() && !row.clean.empty() && !row.noise.empty(), "names are given");
      law(row.noise_offset >= 0 && std::abs(row.snr_db) <= audio::largest_snr_db, "numbers are in range");
    }
  });
}
