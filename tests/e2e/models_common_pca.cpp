// Domain generalisation: every system of the comparison runs, training pays, and components stay orthonormal.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "error/model_errors.hpp"
#include "models/common_pca/draws.hpp"
#include "models/common_pca/measures.hpp"
#include "models/common_pca/pictures.hpp"
#include "models/models.hpp"

using namespace unfurl;
using namespace unfurl::common_pca_model;

namespace {

/// A file in MNIST's format, of bytes that a function of their number gives.
template <class Byte>
void write_idx(const std::filesystem::path& file, const std::vector<int>& extents, const Byte& byte) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(extents.size())};
  int count = 1;
  for (const int n : extents) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(n >> shift & 255);
    count *= n;
  }
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(byte(i));
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Of class c a bar in rows 2 c + 4 and the next one; classes in turn.
std::filesystem::path bars(const std::string& name) {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / name;
  std::filesystem::create_directories(folder);
  for (const auto& [part, count] : {std::pair{"train", 5000}, std::pair{"t10k", 1000}}) {
    const std::string start = (folder / part).string();
    write_idx(start + "-images-idx3-ubyte", {count, 28, 28}, [](int i) {
      const int label = i / 784 % 10, row = i % 784 / 28, column = i % 28;
      return (row == 2 * label + 4 || row == 2 * label + 5) && column > 4 && column < 20 ? 255 : 0;
    });
    write_idx(start + "-labels-idx1-ubyte", {count}, [](int i) { return i % 10; });
  }
  return folder;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("common_pca: the draws are what is written, and their eigenvectors diagonalise") {
    const Draw draw = make_draw(5);
    for (const Matrix* m : {&draw.axes, &draw.pooled})
      for (int i = 0; i < size; ++i)
        for (int j = 0; j < size; ++j) {
          double dot = 0;
          for (int k = 0; k < size; ++k) dot += (*m)(k, i) * (*m)(k, j);
          CHECK(std::abs(dot - (i == j)) < 1e-12);
        }
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) {
        double entry = 0;
        for (int d = 0; d < domains; ++d)
          for (int k = 0; k < size; ++k)
            for (int l = 0; l < size; ++l)
              entry += draw.pooled(k, i) * draw.covariances(d * size + k, l) * draw.pooled(l, j);
        if (i != j) CHECK(std::abs(entry) < 1e-9);
      }
    CHECK(accuracy(draw, draw.axes) > 0.5);
  }

  TEST_CASE("common_pca: learned steps come nearer to the minimum than given ones") {
    const auto task = common_pca({.training = 48, .test = 6, .sweeps = 10});
    Request asked;
    asked.layers = 5;
    asked.epochs = 3;
    Settings settings = complete(*task, asked);
    const auto problem = task->prepare(settings);
    std::map<std::string, std::vector<Metric>> found;
    for (const Contender& c : problem->contenders(settings)) {
      if (!c.network) {
        found[c.name] = c.measure();
        continue;
      }
      Network network = *c.network;
      Trainer trainer{.loss = problem->loss(),
                      .optimizer = problem->optimizer(),
                      .epochs = settings.epochs,
                      .batch = problem->batch()};
      if (c.trained) trainer.fit(network, problem->training());
      found[c.name] = problem->evaluate(network);
      CHECK(found[c.name][2].value < 1e-6);
    }
    const auto objective = [&](const std::string& name) { return found.at(name)[1].value; };
    CHECK(objective("untied") < objective("untrained"));
    CHECK(objective("Flury-Gautschi, converged") < objective("untied"));
    CHECK(objective("pair angles, untied") < objective("untied"));
    CHECK(found.at("oracle")[0].value > found.at("pooled PCA, first")[0].value);
  }

  TEST_CASE("common_pca: turned pictures are classified by features that are learned with the layers") {
    const std::filesystem::path folder = bars("unfurl_common_pca_bars");
    const TurnedPictures pictures(folder, 15);
    const Dataset some = pictures.batches(2, 3), all = pictures.test(3);
    CHECK(some["sources"].planes == window * window);
    CHECK(some["sources"].rows == places * sources * per_source);
    CHECK(some["labels"].values == pictures.batches(2, 3)["labels"].values);
    CHECK(all["labels"].count() * queries == 1000);
    std::vector<int> seen(labels, 0);
    for (const float label : all["labels"].values) ++seen[static_cast<std::size_t>(label)];
    CHECK(seen == std::vector<int>(labels, 100));

    const auto task = common_pca();
    Request asked;
    asked.data = folder;
    asked.layers = 2;
    asked.epochs = 4;
    asked.options = {{"domains", "turned"}, {"angle", "15"}};
    const Settings settings = complete(*task, asked);
    const auto problem = task->prepare(settings);
    Network network = problem->network(settings);
    const double before = problem->evaluate(network)[0].value;
    Trainer trainer{.loss = problem->loss(),
                    .optimizer = problem->optimizer(),
                    .epochs = settings.epochs,
                    .batch = problem->batch()};
    trainer.fit(network, problem->training());
    const double after = problem->evaluate(network)[0].value;
    CHECK(before < 0.4);
    CHECK(after > before + 0.3);
    CHECK(problem->contenders(settings).size() == 5);
    CHECK(network.parameter("cayley.step@1").values[0] != network.parameter("cayley.step@0").values[0]);

    Request other = asked;
    other.algorithm = "flury-gautschi";
    test::expect_error<ModelError>([&] { (void)task->prepare(complete(*task, other)); },
                                   {"turned", "flury-gautschi"});
    write_idx(folder / "t10k-labels-idx1-ubyte", {1000}, [](int) { return 10; });
    test::expect_error<DataError>([&] { TurnedPictures(folder, 15); }, {"label 10", "t10k-labels"});
    write_idx(folder / "t10k-labels-idx1-ubyte", {999}, [](int) { return 1; });
    test::expect_error<DataError>([&] { TurnedPictures(folder, 15); }, {"1000 labels", "t10k-labels"});
    std::filesystem::remove_all(folder);
    test::expect_error<DataError>([&] { TurnedPictures(folder, 15); }, {"no pictures"});
  }
}
