#include "report/charts/picture.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "unfurl/error.hpp"

namespace unfurl::app {

namespace {

constexpr std::size_t levels = 64;  // more make files larger, and no eye tells them apart

/// From black through violet and orange to a light yellow: brightness grows evenly, also without colour vision.
std::array<std::uint8_t, 3 * levels> palette() {
  constexpr double stops[][3] = {{0, 0, 4},      {28, 16, 68},    {79, 18, 123},
                                 {129, 37, 129}, {181, 54, 122},  {229, 80, 100},
                                 {251, 135, 97}, {254, 194, 135}, {252, 253, 191}};
  constexpr std::size_t last = 8;
  std::array<std::uint8_t, 3 * levels> colours{};
  for (std::size_t level = 0; level < levels; ++level) {
    const double place = static_cast<double>(level) * last / (levels - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(place), last - 1);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const double a = stops[below][channel], b = stops[below + 1][channel];
      colours[3 * level + channel] =
          static_cast<std::uint8_t>(std::lround(a + (place - static_cast<double>(below)) * (b - a)));
    }
  }
  return colours;
}

std::string written(png_image& image, const std::vector<std::uint8_t>& pixels, const void* colours) {
  std::string file(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = file.size();
  if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, colours) == 0)
    throw InternalError(detail::cat("a picture could not be written: ", image.message));
  file.resize(size);
  return file;
}

}  // namespace

std::string to_png(const std::vector<float>& values, int rows, int columns, float low, float high) {
  if (rows < 1 || columns < 1 ||
      values.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
    throw InternalError(
        detail::cat("a picture of ", rows, " x ", columns, " has ", values.size(), " values"));
  const float range = high > low ? high - low : 1;
  std::vector<std::uint8_t> pixels;
  for (const float v : values) {
    const float share = std::isfinite(v) ? std::clamp((v - low) / range, 0.0f, 1.0f) : 0.0f;
    pixels.push_back(static_cast<std::uint8_t>(std::lround(share * (levels - 1))));
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(columns);
  image.height = static_cast<png_uint_32>(rows);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = levels;
  const auto colours = palette();
  return written(image, pixels, colours.data());
}

std::string to_colour_png(const std::vector<float>& values, int rows, int columns) {
  const auto size =
      static_cast<std::size_t>(std::max(0, rows)) * static_cast<std::size_t>(std::max(0, columns));
  if (size == 0 || values.size() != 3 * size)
    throw InternalError(
        detail::cat("a picture of colours of ", rows, " x ", columns, " has ", values.size(), " values"));
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t plane = 0; plane < 3; ++plane) {
      const float v = values[plane * size + i];
      pixels.push_back(
          static_cast<std::uint8_t>(std::lround(std::isfinite(v) ? 255 * std::clamp(v, 0.0f, 1.0f) : 0)));
    }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(columns);
  image.height = static_cast<png_uint_32>(rows);
  image.format = PNG_FORMAT_RGB;
  return written(image, pixels, nullptr);
}

std::string to_base64(const std::string& bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string data_uri(const std::string& png) { return "data:image/png;base64," + to_base64(png); }

}  // namespace unfurl::app
