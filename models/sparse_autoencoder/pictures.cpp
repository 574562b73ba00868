#include "models/sparse_autoencoder/pictures.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/at.hpp"

namespace unfurl::sparse_autoencoder_model {

namespace {

/// Of one line, [to, from].
std::vector<double> line(int from, int to) {
  std::vector<double> r(at(from * to));
  if (to < from && from % to == 0) {
    const int together = from / to;
    for (int i = 0; i < from; ++i) r[at(i / together * from + i)] = 1.0 / together;
    return r;
  }
  for (int i = 0; i < to; ++i) {
    const double place = std::clamp((i + 0.5) * from / to - 0.5, 0.0, from - 1.0);
    const int left = std::min(static_cast<int>(place), std::max(from - 2, 0));
    r[at(i * from + left)] += 1 - (place - left);
    if (from > 1) r[at(i * from + left + 1)] += place - left;
  }
  return r;
}

}  // namespace

std::vector<double> resampling(int from, int to) {
  const std::vector<double> one = line(from, to);
  std::vector<double> r(at(to * to) * at(from * from));
  for (int i = 0; i < to; ++i)
    for (int j = 0; j < to; ++j)
      for (int k = 0; k < from; ++k)
        for (int l = 0; l < from; ++l)
          r[at(i * to + j) * at(from * from) + at(k * from + l)] =
              one[at(i * from + k)] * one[at(j * from + l)];
  return r;
}

Pictures resampled(const Pictures& pictures, int to) {
  const int from = pictures.height;
  const std::vector<double> one = line(from, to);
  Pictures result{to, to, {}};
  std::vector<double> half(at(to * from));
  for (std::size_t first = 0; first < pictures.pixels.size(); first += pictures.size()) {
    for (int i = 0; i < to; ++i)
      for (int l = 0; l < from; ++l) {
        double sum = 0;
        for (int k = 0; k < from; ++k)
          sum += one[at(i * from + k)] * pictures.pixels[first + at(k * from + l)];
        half[at(i * from + l)] = sum;
      }
    for (int i = 0; i < to; ++i)
      for (int j = 0; j < to; ++j) {
        double sum = 0;
        for (int l = 0; l < from; ++l) sum += one[at(j * from + l)] * half[at(i * from + l)];
        result.pixels.push_back(static_cast<float>(sum));
      }
  }
  return result;
}

Division divide(const AutoencoderSizes& sizes, const Settings& settings) {
  Pictures some, others;
  const std::filesystem::path package =
      "/usr/share/datasets/fashion-mnist";  // Debian's dataset-fashion-mnist
  std::error_code none;
  const std::filesystem::path folder =
      settings.data.empty() && std::filesystem::exists(package, none) ? package : settings.data;
  if (folder.empty()) {
    some = restore_model::make_pictures(side, sizes.training + sizes.validation, stream(settings.seed, 1));
    others = restore_model::make_pictures(side, sizes.test, stream(settings.seed, 2));
  } else {
    const auto read = [&](const std::string& part) {
      const std::filesystem::path packed = folder / (part + "-images-idx3-ubyte.gz");
      return restore_model::read_pictures(
          std::filesystem::exists(packed) ? packed : folder / (part + "-images-idx3-ubyte"));
    };
    some = read("train");
    others = read("t10k");
  }
  const auto take = [&](const Pictures& from, int first, int count) {
    if (from.height != side || from.width != side || from.count() < first + count)
      throw DataError(
          detail::cat("there are ", from.count(), " pictures of ", from.height, " x ", from.width),
          folder.string(), detail::cat("give ", first + count, " or more of ", side, " x ", side));
    const auto begin = from.pixels.begin() + static_cast<std::ptrdiff_t>(at(first) * from.size());
    return Pictures{side, side, {begin, begin + static_cast<std::ptrdiff_t>(at(count) * from.size())}};
  };
  Division parts{take(some, 0, sizes.training), take(some, sizes.training, sizes.validation),
                 take(others, 0, sizes.test)};
  const std::size_t pixels = parts.training.size();
  std::vector<double> mean(pixels);
  for (std::size_t i = 0; i < parts.training.pixels.size(); ++i)
    mean[i % pixels] += static_cast<double>(parts.training.pixels[i]) / parts.training.count();
  for (Pictures* p : {&parts.training, &parts.validation, &parts.test})
    for (std::size_t i = 0; i < p->pixels.size(); ++i) p->pixels[i] -= static_cast<float>(mean[i % pixels]);
  return parts;
}

Dataset as_data(const Pictures& pictures) {
  Dataset data;
  data.add("x", 1, pictures.height * pictures.width, pictures.pixels);
  return data;
}

}  // namespace unfurl::sparse_autoencoder_model
