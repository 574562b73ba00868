// Sound files: headers, and what stands behind them.
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <string>

#include "harness.hpp"
#include "unfurl/audio_stream.hpp"

/// What libraries for formats leave behind where a file is damaged is not ours to mend.
extern "C" const char* __lsan_default_suppressions();  // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libsndfile\nleak:libvorbis\nleak:libFLAC\nleak:libogg\nleak:libopus\nleak:libmpg123\n";
}

void unfurl::fuzz::read(std::string_view input) {
  static const int file = memfd_create("sound", 0);  // a regular file without a disk
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, input.data(), input.size(), 0) < 0) return;
  accepted(input.size(), [&] {
    audio::Reader reader(path);
    law(reader.channels() > 0 && reader.length() >= 0, "a sound file has channels and a length");
    // Compressed silence is endless for its size: some of it is enough.
    for (std::size_t done = 0; done < (std::size_t{1} << 20);) {
      const auto block = reader.read(4096);
      if (block[0].empty()) break;
      for (const auto& channel : block)
        for (const float x : channel) law(std::isfinite(x), "samples are numbers");
      done += block.size() * block[0].size();
    }
  });
}
