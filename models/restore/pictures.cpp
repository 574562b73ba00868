#include "models/restore/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/images.hpp"
#include "unfurl/at.hpp"
#include "unfurl/formats.hpp"

namespace unfurl::restore_model {

namespace {

using detail::cat;

constexpr int radius = 2;               // of the blur
constexpr double blur_deviation = 1.2;  // pixels
constexpr int patches = 5;

/// The frequency on the same axis that is not above n / 2, so that 0 is the lowest.
int folded(int k, int n) { return std::min(k, n - k); }

}  // namespace

Pictures read_pictures(const std::filesystem::path& file) {
  const std::string bytes = read_text(file);
  const auto number = [&](std::size_t i) {  // big-endian
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < 4; ++k) value = value << 8U | static_cast<unsigned char>(bytes[4 * i + k]);
    return value;
  };
  constexpr std::uint32_t magic = 0x803, most = 2048;  // bytes, in three dimensions
  constexpr std::size_t header = 16;
  if (bytes.size() < header || number(0) != magic)
    throw DataError("these are no pictures in MNIST's format", file.string(),
                    "give a file like train-images-idx3-ubyte.gz");
  const std::uint32_t count = number(1), height = number(2), width = number(3);
  if (height < 2 || width < 2 || height > most || width > most || height * width > most)
    throw DataError(cat("the pictures have ", height, " x ", width, " pixels"), file.string(),
                    cat("2 or more in either direction, and at most ", most, " together"));
  if (bytes.size() - header != std::size_t{count} * height * width)
    throw DataError(cat("the file has ", bytes.size() - header, " bytes for ", count, " pictures of ", height,
                        " x ", width),
                    file.string(), "take another copy of it");
  Pictures pictures{static_cast<int>(height), static_cast<int>(width), {}};
  pictures.pixels.reserve(bytes.size() - header);
  for (std::size_t i = header; i < bytes.size(); ++i)
    pictures.pixels.push_back(static_cast<float>(static_cast<unsigned char>(bytes[i])) / 255);
  return pictures;
}

Pictures make_pictures(int side, int count, std::uint64_t seed) {
  const SmoothNoise smooth(side, 3);
  Random random(seed);
  Pictures pictures{side, side, {}};
  for (int image = 0; image < count; ++image) {
    std::vector<double> highest(pictures.size(), -1), grey(pictures.size());
    for (int patch = 0; patch < patches; ++patch) {
      const std::vector<double> field = smooth.draw(random);
      const double level = random.uniform();
      for (std::size_t i = 0; i < field.size(); ++i)
        if (field[i] > highest[i]) highest[i] = field[i], grey[i] = level;
    }
    for (const double v : grey) pictures.pixels.push_back(static_cast<float>(v));
  }
  return pictures;
}

std::vector<double> blur_weights() {
  std::vector<double> weights;
  double sum = 0;
  for (int r = -radius; r <= radius; ++r)
    for (int c = -radius; c <= radius; ++c)
      sum += weights.emplace_back(std::exp(-(r * r + c * c) / (2 * blur_deviation * blur_deviation)));
  for (double& w : weights) w /= sum;
  return weights;
}

Degradation blur(int height, int width) {
  Degradation d{height, width, 0.01, false, std::vector<double>(at(height * width))};
  const std::vector<double> weights = blur_weights();
  std::size_t tap = 0;
  for (int r = -radius; r <= radius; ++r)
    for (int c = -radius; c <= radius; ++c)
      d.kernel[at((r + height) % height * width + (c + width) % width)] += weights[tap++];
  return d;
}

std::vector<double> kept_frequencies(int height, int width) {
  const int half = width / 2 + 1;
  std::vector<double> kept(at(height * half));
  Random random(1);  // the scanner is one and the same, whatever the seed
  for (int down = 0; down < height; ++down)
    for (int right = 0; right < half; ++right) {
      const double distance = std::hypot(2.0 * folded(down, height) / height, 2.0 * right / width);
      kept[at(down * half + right)] = random.uniform() < std::pow(0.35 / std::max(distance, 0.1), 2) ? 1 : 0;
    }
  for (int down = height / 2 + 1; down < height; ++down)  // pictures are real: these come in pairs
    for (const int right : {0, width / 2})
      if (right == 0 || 2 * right == width)
        kept[at(down * half + right)] = kept[at((height - down) * half + right)];
  return kept;
}

Degradation few_frequencies(int height, int width) {
  const int half = width / 2 + 1;
  const std::vector<double> kept = kept_frequencies(height, width);
  Degradation d{height, width, 0.01, true, std::vector<double>(at(height * width))};
  for (int down = 0; down < height; ++down)
    for (int right = 0; right < half; ++right) {
      const double times = right == 0 || 2 * right == width ? 1 : 2;  // those on the other side
      if (kept[at(down * half + right)] == 0) continue;
      for (int r = 0; r < height; ++r)
        for (int c = 0; c < width; ++c)
          d.kernel[at(r * width + c)] +=
              times / (height * width) *
              std::cos(2 * std::numbers::pi * (1.0 * down * r / height + 1.0 * right * c / width));
    }
  return d;
}

Dataset degraded(const Pictures& pictures, const Degradation& d, std::uint64_t seed) {
  struct Tap {
    int down, right;
    double weight;
  };
  std::vector<Tap> taps;
  for (int r = 0; r < d.height; ++r)
    for (int c = 0; c < d.width; ++c)
      if (const double w = d.kernel[at(r * d.width + c)]; w != 0) taps.push_back({r, c, w});
  Random random(seed);
  std::vector<float> seen;
  seen.reserve(pictures.pixels.size());
  std::vector<double> from(pictures.size());
  for (int image = 0; image < pictures.count(); ++image) {
    for (std::size_t i = 0; i < from.size(); ++i)
      from[i] = pictures.pixels[at(image) * from.size() + i] +
                (d.noise_is_filtered ? d.noise * random.normal() : 0);
    for (int r = 0; r < d.height; ++r)
      for (int c = 0; c < d.width; ++c) {
        double sum = d.noise_is_filtered ? 0 : d.noise * random.normal();
        for (const Tap& t : taps) {
          const int down = r - t.down, right = c - t.right;
          sum +=
              t.weight *
              from[at((down < 0 ? down + d.height : down) * d.width + (right < 0 ? right + d.width : right))];
        }
        seen.push_back(static_cast<float>(sum));
      }
  }
  Dataset data;
  data.add("clean", 1, d.height * d.width, pictures.pixels);
  data.add("y", 1, d.height * d.width, std::move(seen));
  return data;
}

}  // namespace unfurl::restore_model
