// Sparse autoencoders: resolutions, dictionaries at them, and that training pays.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "models/sparse_autoencoder/atoms.hpp"
#include "models/sparse_autoencoder/code_pictures.hpp"
#include "unfurl/experiment.hpp"

using namespace unfurl;
using namespace unfurl::sparse_autoencoder_model;

namespace {

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
  return most;
}

Settings small(const std::shared_ptr<const Task>& task, const std::string& dictionary, int epochs) {
  Request settings;
  settings.epochs = epochs;
  settings.layers = 3;
  settings.options["dictionary"] = dictionary;
  return complete(*task, settings);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE(
      "sparse_autoencoder: pictures at other resolutions are those of the matrix, and keep what is "
      "constant") {
    const Pictures pictures = restore_model::make_pictures(side, 2, 3);
    for (const int n : resolutions) {
      const std::vector<double> r = resampling(side, n);
      const Pictures seen = resampled(pictures, n);
      REQUIRE(seen.size() == static_cast<std::size_t>(n * n));
      std::vector<float> expected;
      for (int s = 0; s < 2; ++s)
        for (std::size_t i = 0; i < seen.size(); ++i) {
          double sum = 0, ones = 0;
          for (std::size_t j = 0; j < pictures.size(); ++j) {
            sum += r[i * pictures.size() + j] *
                   pictures.pixels[static_cast<std::size_t>(s) * pictures.size() + j];
            ones += r[i * pictures.size() + j];
          }
          CHECK(ones == doctest::Approx(1));
          expected.push_back(static_cast<float>(sum));
        }
      CHECK(distance(seen.pixels, expected) < 1e-6);
    }
    CHECK(resampled(pictures, side).pixels == pictures.pixels);
  }

  TEST_CASE(
      "sparse_autoencoder: every dictionary trains, and runs at every resolution with the same parameters") {
    const auto task = sparse_autoencoder({.training = 96, .validation = 8, .test = 8});
    for (const std::string name : {"dense", "fourier", "convolution", "multiplier"}) {
      INFO(name);
      const Settings settings = small(task, name, 3);
      const auto problem = task->prepare(settings);
      Network network = problem->network(settings);
      const double before = problem->evaluate(network)[0].value;
      Trainer trainer{
          .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = settings.epochs, .batch = 16};
      trainer.fit(network, problem->training());
      const std::vector<Metric> after = problem->evaluate(network);
      REQUIRE(after.size() == 8);
      CHECK(after[0].value < before);
      CHECK(after[1].value <= (name == "convolution" || name == "multiplier" ? 128 : 16));
      for (const Metric& metric : after) CHECK(std::isfinite(metric.value));
      const Network fine = network.of({56});
      for (const Parameter& p : fine.parameters()) CHECK(network.parameter(p.name).values == p.values);
    }
  }

  TEST_CASE(
      "sparse_autoencoder: lifted networks begin as those that are not, train and run at every resolution") {
    const auto task = sparse_autoencoder({.training = 96, .validation = 8, .test = 8});
    for (const std::string name : {"dense", "fourier", "convolution", "multiplier"}) {
      INFO(name);
      Settings settings = small(task, name, 3);
      const auto plain = task->prepare(settings);
      const Dataset expected = plain->network(settings).run(plain->validation(), {"z", "picture"});
      settings.options["channels"] = "3";
      const auto problem = task->prepare(settings);
      Network network = problem->network(settings);
      const Dataset found = network.run(problem->validation(), {"z", "picture"});
      for (const char* result : {"z", "picture"})
        CHECK(distance(found[result].values, expected[result].values) < 1e-3);
      const double before = problem->evaluate(network)[0].value;
      Trainer trainer{
          .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = settings.epochs, .batch = 16};
      trainer.fit(network, problem->training());
      CHECK(problem->evaluate(network)[0].value < before);
      CHECK(network.parameter("channel1_lift").values != network.parameter("channel1_project").values);
    }
  }

  TEST_CASE("sparse_autoencoder: pictures are sums of atoms, and the report shows those") {
    const auto task = sparse_autoencoder({.training = 32, .validation = 2, .test = 8});
    std::vector<Exhibit> networks;
    for (const std::string name : {"dense", "fourier", "convolution", "multiplier"})
      for (const int channels : {1, 2}) {
        INFO(name << ", " << channels << " channels");
        Settings settings = small(task, name, 0);
        settings.tying = "untied";
        settings.options["channels"] = std::to_string(channels);
        const auto problem = task->prepare(settings);
        const Network network = problem->network(settings);
        const Dataset found = network.run(problem->validation(), {"z", "picture"});
        const std::vector<float>& z = found["z"].values;
        const Pictures atom = atoms_of(network);
        const bool local = is_local(dictionary_by_name(name));
        REQUIRE(atom.count() == (local ? kernels : atoms));
        std::vector<float> sum(found["picture"].values.size(), 0);
        const std::size_t entries = z.size() / 2, pixels = atom.size();
        for (std::size_t e = 0; e < z.size(); ++e) {
          if (z[e] == 0) continue;
          const std::size_t sample = e / entries, a = local ? e % entries / pixels : e % entries;
          for (std::size_t i = 0; i < pixels; ++i) {
            std::size_t to = i;
            if (local) {  // the atom around this pixel instead of the middle
              const std::size_t down = e % pixels / side + side / 2, right = e % pixels % side + side / 2;
              to = (i / side + down) % side * side + (i % side + right) % side;
            }
            sum[sample * pixels + to] += z[e] * atom.pixels[a * pixels + i];
          }
        }
        CHECK(distance(sum, found["picture"].values) < 1e-3);
        if (channels == 2 && (name == "dense" || name == "convolution"))
          networks.push_back({name, Role::other, settings.layers, network});
      }
    const Pictures pictures = restore_model::make_pictures(side, 8, 3);
    const std::vector<Illustration> shown = code_pictures(networks, pictures);
    REQUIRE(shown.size() == 3);
    CHECK(shown[0].panels.size() == 2);
    for (const Illustration& illustration : shown)
      for (const Panel& panel : illustration.panels)
        CHECK(panel.values.size() == static_cast<std::size_t>(panel.rows * panel.columns));
  }

  TEST_CASE("sparse_autoencoder: joint sparsity keeps few kernels, each at few pixels, at every resolution") {
    const auto task = sparse_autoencoder({.training = 32, .validation = 8, .test = 8});
    Settings settings = small(task, "convolution", 0);
    settings.options["penalty"] = "joint";
    settings.options["concepts"] = "3";
    const auto problem = task->prepare(settings);
    const Network network = problem->network(settings);
    for (const int n : resolutions) {
      const Network here = n == side ? network : network.of({n});
      const Pictures seen = resampled(restore_model::make_pictures(side, 4, 9), n);
      const std::vector<float> z = here.run(as_data(seen), {"z"})["z"].values;
      const auto pixels = std::ptrdiff_t{n} * n;
      for (int s = 0; s < 4; ++s) {
        int active = 0;
        for (int k = 0; k < kernels; ++k) {
          const auto first = z.begin() + (s * kernels + k) * pixels;
          const auto places = std::count_if(first, first + pixels, [](float v) { return v > 0; });
          active += places > 0 ? 1 : 0;
          CHECK(places <= std::lround(128.0 / 3 * n * n / (side * side)));
        }
        CHECK(active <= 3);
        CHECK(active > 0);
      }
    }
    settings.options["dictionary"] = "dense";
    CHECK_THROWS_WITH_AS(task->prepare(settings), doctest::Contains("dictionary=dense"), ModelError);
  }

  TEST_CASE("sparse_autoencoder: pictures of Fourier modes have the same codes at every resolution") {
    const auto task = sparse_autoencoder({.training = 64, .validation = 8, .test = 8});
    const Settings settings = small(task, "fourier", 0);
    const auto problem = task->prepare(settings);
    const Network network = problem->network(settings);
    // What atoms make at 14 and 56 pixels is in their span there: the codes that find it are those of 28 pixels.
    std::vector<float> first;
    for (const int n : {28, 14, 56}) {
      const Network here = n == side ? network : network.of({n});
      Pictures wave{n, n, {}};
      for (int down = 0; down < n; ++down)
        for (int right = 0; right < n; ++right)
          wave.pixels.push_back(static_cast<float>(std::cos(2 * 3.141592653589793 * 2 * (right + 0.5) / n) +
                                                   std::sin(2 * 3.141592653589793 * (down + 0.5) / n)));
      const std::vector<float> code = here.run(as_data(wave), {"z"})["z"].values;
      if (first.empty()) first = code;
      CHECK(distance(code, first) < 1e-4);
    }
    CHECK(std::any_of(first.begin(), first.end(), [](float v) { return v > 0; }));
  }
}
