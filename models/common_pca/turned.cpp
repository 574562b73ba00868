#include "models/common_pca/turned.hpp"

#include <cmath>

#include "models/common_pca/draws.hpp"
#include "models/common_pca/pictures.hpp"
#include "models/shared.hpp"
#include "unfurl/at.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/contenders.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/sample_matrices.hpp"

namespace unfurl::common_pca_model {

namespace {

constexpr int taps = window * window, channels = 16;

/// A fixed matrix by rows.
Expr fixed_matrix(int rows, int columns, std::vector<double> entries) {
  auto n = std::make_shared<Expr::Node>();
  n->kind = Expr::Node::Kind::operation;
  n->text = "fixed matrix";
  n->type = {rows, columns, false};
  n->args = {0.0};  // what depends on nothing would be a handle
  n->lower = [type = n->type, entries = std::move(entries)](ir::Builder& b, const std::vector<ir::Value>&) {
    return b.constant(entries, type);
  };
  return Expr(std::move(n));
}

/// The identity less `mean` of everything.
Expr less_mean(int n, double mean) {
  std::vector<double> entries(at(n * n), -mean);
  for (int i = 0; i < n; ++i) entries[at(i * n + i)] += 1;
  return fixed_matrix(n, n, std::move(entries));
}

std::vector<double> normals(int count, double deviation, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(deviation * random.normal());
  return values;
}

class TurnedProblem final : public Problem {
 public:
  explicit TurnedProblem(const Settings& settings)
      : seed_(settings.seed),
        pictures_(settings.data, settings.whole("angle")),
        model_(declare_turned(seed_)),
        test_(pictures_.test(stream(seed_, 0))),
        validation_(pictures_.batches(8, stream(seed_, 1))) {}
  const Model& model() const override { return model_; }
  Loss loss() const override {
    return {[](LossContext& c) {
      ir::Builder& b = c.builder;
      const ir::Value scores = c.result("scores");
      const ir::Value label = c.target("labels", {1, queries, true, Domain::index, labels});
      const ir::Value right = b.sum_to(b.mul(b.one_hot(label, labels), scores), {1, queries, true});
      return b.scale(b.sum_to(b.sub(b.log_sum_exp_planes(scores), right), {1, 1, true}), 1.0 / queries);
    }};
  }
  Optimizer optimizer() const override { return Adam{.rate = 1e-2, .final_rate = 0.05, .clip = 1}; }
  int batch() const override { return 8; }
  DataSource training() const override {
    return fresh([this](int epoch) { return pictures_.batches(64, stream(seed_, 2 + epoch)); });
  }
  Dataset validation() const override { return validation_; }
  Network network(const Settings& settings) const override {
    return schedule_turned(model_, settings.layers, settings.tying != "tied").compile();
  }

  /// Of the test pictures, by components of mini-batches of the sources.
  std::vector<Metric> evaluate(const Network& network) const override {
    const Dataset result = network.run(test_, {"scores"});
    const std::vector<float>&scores = result["scores"].values, &truth = test_["labels"].values;
    Metric right{"accuracy", "", true, 0, {}};
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const float* s = scores.data() + i / queries * queries * labels + i % queries;
      int best = 0;
      for (int c = 1; c < labels; ++c) best = s[at(c * queries)] > s[at(best * queries)] ? c : best;
      right.per_item.push_back(best == static_cast<int>(truth[i]) ? 1 : 0);
      right.value += right.per_item.back() / static_cast<double>(truth.size());
    }
    return {right};
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    const int k = settings.layers;
    std::vector<Contender> rows;
    const auto add = [&](const std::string& name, Alignment alignment, bool untied, Role role,
                         const std::string& note) {
      const Model m = declare_turned(seed_, alignment);
      rows.push_back(trained_row(name, schedule_turned(m, k, untied).compile(), note, role));
    };
    add("tied", Alignment::common, false, Role::tied, "common components, one step");
    add("untied", Alignment::common, true, Role::untied, "common components, a step for each layer");
    add("pooled PCA", Alignment::pooled, true, Role::other, "the same with the mean of the covariances");
    append(rows, baselines(settings));
    return rows;
  }

  /// Without alignment: one step of next to no length leaves the first coordinates as they are.
  std::vector<Contender> baselines(const Settings&) const override {
    const auto plain = [this](const std::string& name, int columns, const std::string& note) {
      return trained_row(
          name,
          unroll(declare_turned(seed_, Alignment::common, columns), CayleyDescent{.step = 1e-20}, 1)
              .freeze("cayley.step")
              .freeze("shrinkage")
              .compile(),
          note);
    };
    return {plain("no alignment", 12, "the same network, whose features are not turned"),
            plain("convolutional network", size, "all features are seen, not the first ones only")};
  }

 private:
  std::uint64_t seed_;
  TurnedPictures pictures_;
  Model model_;
  Dataset test_, validation_;
};

}  // namespace

Model declare_turned(std::uint64_t seed, Alignment alignment, int columns) {
  Model m("common_pca");
  const int all = sources * per_source;
  const Observed seen = m.features("sources", {places * all}, taps),
                 asked = m.features("queries", {places * queries}, taps);
  const auto weights = [&](const std::string& name, int rows, int inputs, double power) {
    return m.param(
        name, matrix(rows, inputs),
        normals(rows * inputs, std::sqrt(power / inputs), stream(seed, static_cast<int>(m.params().size()))));
  };
  // Above 0, where a background of zeros would stand at the kink of relu.
  const Param filters = weights("filters", channels, taps, 2),
              bias = m.param("bias", matrix(channels, 1), 0.01),
              mixing = weights("mixing", size, channels * places, 2),
              classes = weights("classes", labels, columns, 1),
              level = m.param("level", matrix(labels, 1), 0), shrinkage = m.param("shrinkage", 0.1, nonneg);
  const auto features = [&](const Expr& windows, int count) {
    return mixing * as_matrix(relu(filters * windows + bias), channels * places, count);
  };
  const Expr from = features(seen, all), identity = less_mean(size, 0);
  const Expr centred = less_mean(per_source, 1.0 / per_source);
  std::vector<Expr> covariances;
  for (int d = 0; d < sources; ++d) {
    const Expr x = slice(from, d * per_source, per_source);
    const Expr s = matrix_product(matrix_product(x, centred), x, false, true) / (per_source - 1);
    covariances.push_back(s + cwise(shrinkage * (sum(cwise(s, identity)) / size), identity));
  }
  if (alignment == Alignment::pooled) {
    for (int d = 1; d < sources; ++d) covariances[0] = covariances[0] + covariances[at(d)];
    covariances.resize(1);
  }
  // One below the other: they are symmetric.
  const Expr S = matrix_product(concatenate(covariances), identity, true);
  const Latent B = m.latent("B", {size, columns});
  m.factor("common", CommonComponents{S, B});
  m.readout("scores",
            classes * matrix_product(as_matrix(B, size, columns), features(asked, queries), true) + level);
  return m;
}

Schedule schedule_turned(const Model& model, int layers, bool untied) {
  Schedule schedule = unroll(model, CayleyDescent{.step = 0.02}, layers);
  if (untied) schedule.untie("cayley.step");
  return schedule;
}

std::unique_ptr<Problem> turned_problem(const Settings& settings) {
  return std::make_unique<TurnedProblem>(settings);
}

}  // namespace unfurl::common_pca_model
