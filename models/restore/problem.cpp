#include "models/restore/problem.hpp"

#include <algorithm>
#include <cmath>

#include "models/convolutional.hpp"
#include "models/restore/restored.hpp"
#include "unfurl/contenders.hpp"

namespace unfurl::restore_model {

namespace {

using detail::cat;

/// Peak signal-to-noise ratio, picture by picture.
Metric psnr(const std::vector<float>& found, const Samples& clean) {
  Metric m{"PSNR", "dB", true, 0, {}};
  for (std::size_t first = 0; first < found.size(); first += clean.size()) {
    double square = 0;
    for (std::size_t i = first; i < first + clean.size(); ++i)
      square += (found[i] - clean.values[i]) * (found[i] - clean.values[i]);
    m.per_item.push_back(-10 * std::log10(std::max(square / static_cast<double>(clean.size()), 1e-12)));
  }
  for (const double v : m.per_item) m.value += v / static_cast<double>(m.per_item.size());
  return m;
}

class RestoreProblem final : public Problem {
 public:
  RestoreProblem(std::shared_ptr<const Division> data, const Settings& settings)
      : data_(std::move(data)), settings_(settings), model_(tuned(settings)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::squared_error("x", "clean"); }
  Optimizer optimizer() const override {
    return Adam{.rate = settings_.word("prior") == "network" ? 3e-3 : 5e-2, .final_rate = 0.05, .clip = 10};
  }
  int batch() const override { return 32; }
  DataSource training() const override { return fixed(data_->training); }
  Dataset validation() const override { return data_->validation; }
  std::vector<Metric> evaluate(const Network& network) const override {
    return {psnr(network.run(data_->test, {"x"})["x"].values, data_->test["clean"])};
  }
  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path&) const override {
    return restored_pictures(networks, *data_);
  }
  Network network(const Settings& settings) const override { return unfolded(model_, settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows;
    rows.push_back({.name = "degraded", .trained = false, .measure = [this] {
                      return std::vector<Metric>{psnr(data_->test["y"].values, data_->test["clean"])};
                    }});
    const auto add = [&](const std::string& name, const std::string& algorithm, const std::string& prior,
                         const std::string& tying, int layers, bool trained, Role role = Role::other) {
      Settings other = settings;
      other.algorithm = algorithm;
      other.tying = tying;
      other.layers = layers;
      other.options["prior"] = prior;
      const auto problem = std::make_shared<const RestoreProblem>(data_, other);
      rows.push_back({.name = name,
                      .network = problem->network(other),
                      .trained = trained,
                      .role = role,
                      .problem = problem});
    };
    const int k = settings.layers;
    add("total variation, proximal gradient", "ista", "tv", "tied", k, false);
    add("total variation, FISTA", "fista", "tv", "tied", k, false);
    add("total variation, ADMM", "admm", "tv", "tied", k, false);
    add("total variation, FISTA, many iterations", "fista", "tv", "tied", 100, false);
    add("total variation, proximal gradient, untied", "ista", "tv", "untied", k, true);
    add("total variation, ADMM, untied", "admm", "tv", "untied", k, true);
    const std::string other = settings.algorithm == "admm" ? "ista" : "admm";
    add("tied", settings.algorithm, "network", "tied", k, true, Role::tied);
    add("untied", settings.algorithm, "network", "untied", k, true, Role::untied);
    add(other == "admm" ? "untied, ADMM" : "untied, proximal gradient", other, "network", "untied", k, true);
    append(rows, baselines(settings));
    return rows;
  }

  /// Five layers of 3 x 3 pixels around a skip, with as many parameters as the untied network.
  std::vector<Contender> baselines(const Settings& settings) const override {
    const double budget = settings.layers * (channels * (9.0 * channels + 20) + 2);  // = 27 c^2 + 22 c + 1
    const int wide = static_cast<int>((-22 + std::sqrt(22.0 * 22 + 4 * 27 * (budget - 1))) / (2 * 27));
    const Windows three{.height = 3, .width = 3, .padding_down = 1, .padding_right = 1};
    const Convolutional network{.input = "y",
                                .input_type = {1, data_->height * data_->width, true},
                                .height = data_->height,
                                .width = data_->width,
                                .windows = std::vector<Windows>(5, three),
                                .channels = {wide, wide, wide, wide, 1},
                                .output = "x",
                                .seed = settings.seed,
                                .residual = true};
    return {{"convolutional network",
             convolutional(network),
             true,
             Adam{.rate = 3e-3, .final_rate = 0.05},
             {},
             "as many parameters as the untied network"}};
  }

 private:
  /// The model; its weight of the total variation has the best PSNR untrained.
  Model tuned(const Settings& settings) const {
    Choice choice(settings, data_->height, data_->width);
    if (choice.learned) return declare(choice);
    Settings plain = settings;
    plain.tying = "tied";
    Choice best = choice;
    double most = 0;
    for (const double weight : {1e-4, 3e-4, 1e-3, 2e-3, 4e-3, 8e-3, 2e-2, 5e-2}) {
      choice.weight = weight;
      const Network network = unfolded(declare(choice), plain);
      const double reached =
          psnr(network.run(data_->validation, {"x"})["x"].values, data_->validation["clean"]).value;
      if (reached > most) most = reached, best = choice;
    }
    return declare(best);
  }

  std::shared_ptr<const Division> data_;
  Settings settings_;
  Model model_;
};

}  // namespace

Division divide(const PictureSizes& sizes, const Settings& settings) {
  Pictures some, others;
  if (settings.data.empty()) {
    some = make_pictures(sizes.side, sizes.training + sizes.validation, stream(settings.seed, 1));
    others = make_pictures(sizes.side, sizes.test, stream(settings.seed, 2));
  } else {
    const auto file = [&](const std::string& part) {
      const std::filesystem::path packed = settings.data / (part + "-images-idx3-ubyte.gz");
      return std::filesystem::exists(packed) ? packed : settings.data / (part + "-images-idx3-ubyte");
    };
    some = read_pictures(file("train"));
    others = read_pictures(file("t10k"));
  }
  const auto take = [&](const Pictures& from, int first, int count, int noise) {
    Pictures part{from.height, from.width, {}};
    const std::size_t n = from.size(), end = static_cast<std::size_t>(std::min(first + count, from.count()));
    for (std::size_t i = static_cast<std::size_t>(first) * n; i < end * n; ++i)
      part.pixels.push_back(from.pixels[i]);
    if (part.count() == 0 || from.size() != some.size())
      throw DataError(cat("there are ", from.count(), " pictures of ", from.height, " x ", from.width),
                      settings.data.string(), "give as many of one size as training and test take");
    return degraded(part, Choice(settings, from.height, from.width).degradation(),
                    stream(settings.seed, noise));
  };
  return {some.height, some.width, take(some, sizes.validation, sizes.training, 3),
          take(some, 0, sizes.validation, 4), take(others, 0, sizes.test, 5)};
}

std::unique_ptr<Problem> make_problem(std::shared_ptr<const Division> data, const Settings& settings) {
  return std::make_unique<RestoreProblem>(std::move(data), settings);
}

}  // namespace unfurl::restore_model
