#pragma once
/// What the tests of the audio library share.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "unfurl/error.hpp"

namespace audio_test {

/// A folder of its own for a test, gone afterwards.
class Folder {
 public:
  Folder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            unfurl::detail::cat("unfurl-audio-test-", getpid(), "-", count++);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// `length` samples of a sine of amplitude 1/2.
inline std::vector<float> tone(double frequency, int rate, int length) {
  std::vector<float> samples;
  for (int i = 0; i < length; ++i)
    samples.push_back(static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * frequency * i / rate)));
  return samples;
}

/// Numbers spread evenly over -1 ... 1.
inline std::vector<float> white_noise(std::size_t length, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> samples(length);
  for (float& x : samples) x = static_cast<float>(static_cast<double>(random()) / 2147483648.0 - 1);
  return samples;
}

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

/// A WAV file of 32-bit floats, one channel at 8 kHz, written byte by byte (the library writes integers
/// only).
inline void write_float_wav(const std::filesystem::path& path, const std::vector<float>& samples) {
  std::string bytes;
  const auto number = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 255U);
  };
  const auto data = static_cast<std::uint32_t>(4 * samples.size());
  bytes += "RIFF";
  number(36 + data, 4);
  bytes += "WAVEfmt ";
  number(16, 4);
  number(3, 2);  // IEEE float
  number(1, 2);  // channels
  number(8000, 4);
  number(32000, 4);  // bytes per second
  number(4, 2);      // bytes per sample
  number(32, 2);
  bytes += "data";
  number(data, 4);
  for (const float x : samples) {
    std::uint32_t pattern = 0;
    std::memcpy(&pattern, &x, 4);
    number(pattern, 4);
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

/// The action must throw a DataError whose text contains `part`.
template <class Action>
void refuses(const Action& action, const std::string& part) {
  try {
    action();
    FAIL_CHECK("nothing was thrown; expected: " << part);
  } catch (const unfurl::DataError& error) {
    CHECK_MESSAGE(std::string(error.what()).find(part) != std::string::npos, error.what());
  }
}

}  // namespace audio_test
