#include "models/common_pca/pictures.hpp"

#include <cmath>
#include <numbers>

#include "models/restore/pictures.hpp"
#include "unfurl/at.hpp"
#include "unfurl/formats.hpp"

namespace unfurl::common_pca_model {

namespace {

using detail::cat;
using restore_model::Pictures;

constexpr int side = 28, stride = 3, each = 1000, taps = window * window;

std::filesystem::path file_in(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path packed = folder / (name + ".gz");
  return std::filesystem::exists(packed) ? packed : folder / name;
}

std::vector<int> read_labels(const std::filesystem::path& file, int count) {
  const std::string bytes = read_text(file);
  constexpr std::size_t header = 8;
  if (bytes.size() != header + at(count) || bytes.compare(0, 4, std::string("\0\0\x08\x01", 4)) != 0)
    throw DataError(cat("these are no ", count, " labels in MNIST's format"), file.string(),
                    "give the file that belongs to the pictures, like train-labels-idx1-ubyte.gz");
  std::vector<int> found;
  for (std::size_t i = header; i < bytes.size(); ++i) {
    found.push_back(static_cast<unsigned char>(bytes[i]));
    if (found.back() >= labels)
      throw DataError(cat("label ", found.back(), " of picture ", i - header), file.string(), "0 to 9");
  }
  return found;
}

/// Turned about its middle, black where nothing is, and half as large.
std::vector<double> turned(const float* pixels, int degrees) {
  const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  constexpr double middle = 0.5 * (side - 1);
  const auto pixel = [&](int i, int j) {
    return i < 0 || j < 0 || i >= side || j >= side ? 0.0 : static_cast<double>(pixels[at(i * side + j)]);
  };
  std::vector<double> small(at(small_side * small_side), 0);
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      const double y = c * (i - middle) - s * (j - middle) + middle,
                   x = s * (i - middle) + c * (j - middle) + middle;
      const int top = static_cast<int>(std::floor(y)), left = static_cast<int>(std::floor(x));
      const double down = y - top, right = x - left;
      const double value = (1 - down) * ((1 - right) * pixel(top, left) + right * pixel(top, left + 1)) +
                           down * ((1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1));
      small[at(i / 2 * small_side + j / 2)] += value / 4;
    }
  return small;
}

std::vector<float> windows_of(const std::vector<double>& picture) {
  std::vector<float> all;
  for (int i = 0; i + window <= small_side; i += stride)
    for (int j = 0; j + window <= small_side; j += stride)
      for (int k = 0; k < taps; ++k)
        all.push_back(static_cast<float>(picture[at((i + k / window) * small_side + j + k % window)]));
  return all;
}

/// Windows of pictures, [taps, places x pictures], behind those that are there.
template <class List>
void add_features(std::vector<float>& to, const List& pictures) {
  for (int tap = 0; tap < taps; ++tap)
    for (int place = 0; place < places; ++place)
      for (const auto* picture : pictures) to.push_back(picture->windows[at(place * taps + tap)]);
}

}  // namespace

TurnedPictures::TurnedPictures(const std::filesystem::path& folder, int held_out) {
  const std::filesystem::path from = folder.empty() ? "/usr/share/datasets/fashion-mnist" : folder;
  std::error_code none;
  if (!std::filesystem::exists(from, none))
    throw DataError("there are no pictures to turn", from.string(),
                    "install the package dataset-fashion-mnist, or give --data DIR");
  const auto read = [&](const std::string& part, const std::vector<int>& by) {
    const std::filesystem::path file = file_in(from, part + "-images-idx3-ubyte");
    const Pictures all = restore_model::read_pictures(file);
    const std::vector<int> classes = read_labels(file_in(from, part + "-labels-idx1-ubyte"), all.count());
    const int needed = static_cast<int>(by.size()) * each;
    if (all.height != side || all.width != side || all.count() < needed)
      throw DataError(cat("there are ", all.count(), " pictures of ", all.height, " x ", all.width),
                      file.string(), cat("give ", needed, " or more of ", side, " x ", side));
    std::vector<std::vector<Turned>> lists;
    for (int i = 0; i < needed; ++i) {
      if (i % each == 0) lists.emplace_back();
      lists.back().push_back(
          {windows_of(turned(all.pixels.data() + at(i) * all.size(), by[at(i / each)])), classes[at(i)]});
    }
    return lists;
  };
  std::vector<int> others;
  for (const int angle : angles)
    if (angle != held_out) others.push_back(angle);
  domains_ = read("train", others);
  test_ = read("t10k", {held_out}).front();
}

template <class Query>
Dataset TurnedPictures::made(int count, std::uint64_t seed, const Query& query) const {
  Random random(seed);
  std::vector<float> seen, asked, classes;
  for (int b = 0; b < count; ++b) {
    std::vector<const Turned*> inside, outside;
    for (const std::vector<Turned>& domain : domains_)
      for (int i = 0; i < per_source; ++i) inside.push_back(&domain[at(random.below(each))]);
    for (int i = 0; i < queries; ++i) outside.push_back(query(b * queries + i, random));
    add_features(seen, inside), add_features(asked, outside);
    for (const Turned* picture : outside) classes.push_back(static_cast<float>(picture->label));
  }
  return Dataset()
      .add("sources", taps, places * sources * per_source, std::move(seen))
      .add("queries", taps, places * queries, std::move(asked))
      .add("labels", 1, queries, std::move(classes));
}

Dataset TurnedPictures::batches(int count, std::uint64_t seed) const {
  return made(count, seed,
              [this](int i, Random& random) { return &domains_[at(i % sources)][at(random.below(each))]; });
}

Dataset TurnedPictures::test(std::uint64_t seed) const {
  static_assert(each % queries == 0, "every test picture once");
  return made(each / queries, seed, [this](int i, Random&) { return &test_[at(i)]; });
}

}  // namespace unfurl::common_pca_model
