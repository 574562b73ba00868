// What the models show beside their numbers is what their networks say.
#include <cctype>
#include <cmath>

#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "report/charts/paint.hpp"

using namespace unfurl;

namespace {

/// The networks of a comparison before training, by name.
std::vector<Exhibit> exhibits_of(const Problem& problem, const Settings& settings,
                                 const std::vector<std::string>& names) {
  std::vector<Exhibit> exhibits;
  for (const Contender& c : problem.contenders(settings))
    if (c.network && std::find(names.begin(), names.end(), c.name) != names.end())
      exhibits.push_back({c.name, c.role, c.network->layers(), *c.network});
  return exhibits;
}

Settings settings_of(const Task& task, const std::map<std::string, std::string>& options = {}) {
  Request request;
  request.layers = 3;
  request.options = options;
  return complete(task, request);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("denoiser, segments: images as seen, clean and restored") {
    const ImageSizes small{.side = 12, .images_per_epoch = 8, .test_images = 5, .tuning_images = 4};
    for (const auto& task : {denoiser(small), segments(small)}) {
      CAPTURE(task->name());
      const Settings settings = settings_of(*task);
      const auto problem = task->prepare(settings);
      const auto shown = problem->illustrate(exhibits_of(*problem, settings, {"untrained", "untied"}), ".");
      REQUIRE(shown.size() == 2);
      for (const Illustration& image : shown) {
        REQUIRE(image.panels.size() == 4);  // noisy, clean, two networks
        const std::vector<float>&noisy = image.panels[0].values, &clean = image.panels[1].values;
        double nearer = 0;
        for (std::size_t i = 0; i < clean.size(); ++i) {
          REQUIRE((clean[i] == 0 || clean[i] == 1));
          nearer += std::pow(noisy[i] - clean[i], 2) - std::pow(image.panels[2].values[i] - clean[i], 2);
        }
        CHECK(nearer > 0);
        CHECK(image.panels[2].name.starts_with("untrained: "));
        CHECK(image.panels[2].planes == (task->name() == "segments" ? 3 : 1));
      }
      if (task->name() == "segments") continue;
      // The share of wrong pixels that the title says is that of the picture.
      const Panel& panel = shown[0].panels[2];
      double wrong = 0;
      for (std::size_t i = 0; i < panel.values.size(); ++i)
        wrong += (panel.values[i] > 0.5F) != (shown[0].panels[1].values[i] > 0.5F);
      const double said = std::stod(panel.name.substr(panel.name.find(": ") + 2));
      CHECK(said == doctest::Approx(std::round(1000 * wrong / 144) / 10));
    }
  }

  TEST_CASE("letters: words and their reading, wrong letters as capitals") {
    const Settings settings = settings_of(*letters());
    const auto problem = letters()->prepare(settings);
    const auto shown = problem->illustrate(exhibits_of(*problem, settings, {"untrained"}), ".");
    REQUIRE(shown.size() == 1);
    int wrong = 0, all = 0;
    std::size_t length = 0;
    for (const Panel& word : shown[0].panels) {
      CHECK(word.name.size() > length);  // one of each length
      length = word.name.size();
      CHECK(word.columns == static_cast<int>(8 * length));
      REQUIRE(word.readings.size() == 1);
      const std::string& read = word.readings[0].text;
      REQUIRE(read.size() == length);
      for (std::size_t i = 0; i < length; ++i, ++all) {
        const bool right = read[i] == word.name[i], capital = std::isupper(read[i]) != 0;
        CHECK(right != capital);
        wrong += capital ? 1 : 0;
      }
    }
    CHECK(all > 20);
    CHECK(wrong < all / 2);
  }

  TEST_CASE("lista: a code as it is and as networks find it, and its spectrum") {
    const Settings settings = settings_of(*lista());
    const auto problem = lista()->prepare(settings);
    const auto shown = problem->illustrate(exhibits_of(*problem, settings, {"untrained", "FISTA"}), ".");
    REQUIRE(shown.size() == 2);
    REQUIRE(shown[0].panels.size() == 3);
    const std::vector<float>& code = shown[0].panels[0].values;
    const auto others = static_cast<std::size_t>(std::count(code.begin(), code.end(), 0.0F));
    CHECK(others > 400);  // a tenth of 500 entries is not zero
    REQUIRE(shown[1].traces.size() == 3);
    const Trace& spectrum = shown[1].traces[0];
    CHECK(spectrum.y.front() == *std::max_element(code.begin(), code.end()));
    CHECK(std::is_sorted(spectrum.y.rbegin(), spectrum.y.rend()));
    CHECK(spectrum.x.back() <= static_cast<double>(code.size() - others));
    CHECK(shown[1].traces[1].x.back() > spectrum.x.back());  // what is found is less sparse
  }

  TEST_CASE("decoder: curves of error rates fall, inside their intervals") {
    const Settings settings = settings_of(*decoder(), {{"code", "hamming:3"}, {"test", "2000"}});
    const auto problem = decoder()->prepare(settings);
    const auto shown =
        problem->illustrate(exhibits_of(*problem, settings, {"untrained", "edges, untied"}), ".");
    REQUIRE(shown.size() == 2);  // words and bits
    for (const Illustration& curves : shown) {
      CHECK(curves.logarithmic);
      REQUIRE(curves.traces.size() == 2);
      CHECK(curves.traces[0].y == curves.traces[1].y);  // weights begin at one, and the noise is the same
      for (const Trace& trace : curves.traces) {
        REQUIRE(trace.x.size() == 7);
        CHECK(trace.x.front() == 1);
        CHECK(trace.x.back() == 6);
        CHECK(trace.y.front() > 3 * trace.y[5]);
        for (std::size_t i = 0; i < trace.x.size(); ++i) {
          CHECK(trace.low[i] <= trace.y[i]);
          CHECK(trace.y[i] <= trace.high[i]);
        }
      }
    }
    const Settings flips =
        settings_of(*decoder(), {{"code", "surface:3"}, {"low", "0.05"}, {"high", "0.1"}, {"test", "500"}});
    const auto quantum = decoder()->prepare(flips);
    CHECK(quantum->illustrate(exhibits_of(*quantum, flips, {"untrained"}), ".").size() == 1);
  }

  TEST_CASE("no two contenders of a model want the same colour, so that theirs do not depend on the others") {
    std::vector<std::vector<app::Series>> models = {
        {{"LISTA"},
         {"ALISTA"},
         {"ALISTA, selection"},
         {"HyperLISTA, grid"},
         {"HyperLISTA, gradient"},
         {"FISTA"},
         {"untrained, at convergence"},
         {"AMP, prior known"},
         {"OAMP, prior known"},
         {"feed-forward, 1000 hidden"}}};  // of lista, which trains for its rows
    const ImageSizes small{.side = 8, .images_per_epoch = 8, .test_images = 2, .tuning_images = 8};
    for (const auto& task : {denoiser(small), letters(), decoder()}) {
      const Settings settings = settings_of(*task);
      models.emplace_back();
      for (const Contender& c : task->prepare(settings)->contenders(settings))
        models.back().push_back({c.name, c.role});
    }
    for (const auto& series : models) {
      const auto together = app::paints(series);
      for (std::size_t i = 0; i < series.size(); ++i) {
        CAPTURE(series[i].name);
        CHECK(together[i] == app::paints({series[i]})[0]);
      }
    }
  }
}
