/// Classification in a domain that was not seen, by common principal components [Flury84]: directions in which the data vary
/// alike in every domain carry over, others mislead. Covariances S_d of the domains are made diagonal all at once by one matrix
/// B with orthonormal columns,
///
///     minimise over B   sum over d of log det diag(B^T S_d B) - log det(B^T S_d B),
///
/// and the steadiest of its columns are what a ridge regression sees. A layer is a step of descent along the orthonormal
/// matrices (or one of the other algorithms), whose length is learned; the loss is the objective itself, over many tasks.
#include "models/common_pca/measures.hpp"
#include "models/common_pca/turned.hpp"
#include "models/models.hpp"
#include "unfurl/common_components.hpp"
#include "unfurl/contenders.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::common_pca_model {

namespace {

Model declare() {
  Model m("common_pca");
  auto S = m.features("S", {size}, domains * size);
  auto start = m.observed("eigenvectors", {size, size});
  auto B = m.latent("B", {size, size});
  m.start(B, start);
  m.factor("common", CommonComponents{S, B});
  m.readout("log_variance", mean(log(component_variances(S, B))));
  return m;
}

class CommonPcaProblem final : public Problem {
 public:
  CommonPcaProblem(const Settings& settings, const CommonPcaSizes& sizes)
      : seed_(settings.seed), sizes_(sizes), model_(declare()) {
    for (int i = 0; i < sizes.test; ++i) test_.push_back(make_draw(stream(seed_, i)));
    test_data_ = as_data(test_);
    training_ = draws(sizes.training, sizes.test), validation_ = draws(8, sizes.test + sizes.training);
  }
  const Model& model() const override { return model_; }
  /// The objective but for what does not depend on B.
  Loss loss() const override {
    return {[](LossContext& c) { return c.builder.scale(c.result("log_variance"), size); }};
  }
  Optimizer optimizer() const override { return Adam{.rate = 5e-2, .final_rate = 0.1, .clip = 1}; }
  int batch() const override { return 16; }
  DataSource training() const override { return fixed(training_); }
  Dataset validation() const override { return validation_; }

  std::vector<Metric> evaluate(const Network& network) const override {
    const Samples found = network.run(test_data_, {"B"})["B"];
    std::vector<Matrix> components;
    for (std::size_t i = 0; i < test_.size(); ++i) {
      Matrix b(size, size);
      for (std::size_t e = 0; e < b.entries.size(); ++e)
        b.entries[e] = found.values[i * b.entries.size() + e];
      components.push_back(std::move(b));
    }
    std::vector<Metric> metrics = measure(test_, components, true);
    metrics.push_back({"orthonormal to", "", false, departure(components), {}});
    return metrics;
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows;
    const int k = settings.layers;
    const auto add = [&](std::string name, const AlgorithmPointer& algorithm, int layers,
                         const std::string& tying, Role role = Role::other, std::string note = {}) {
      Schedule schedule = unroll(model_, algorithm, layers);
      schedule.tying(tying.empty() ? "tied" : tying);
      rows.push_back({.name = std::move(name),
                      .network = schedule.compile(),
                      .trained = !tying.empty(),
                      .note = std::move(note),
                      .role = role});
    };
    const AlgorithmPointer cayley = CayleyDescent{.step = 0.03}, angles = PairAngles{};
    add("untrained", cayley, k, "", Role::untrained, "Cayley steps of 0.03");
    add("tied", cayley, k, "tied", Role::tied, "one step");
    add("untied", cayley, k, "untied", Role::untied, "a step for each layer");
    add("Cayley, untrained", cayley, 2 * k, "");
    add("pair angles, untrained", angles, 2, "");
    add("pair angles, untied", angles, 2, "untied");
    add("pair angles, untrained", angles, k, "");
    add("pair angles, untied", angles, k, "untied");
    add("Flury-Gautschi, converged", FluryGautschi{}, sizes_.sweeps, "");
    append(rows, baselines(settings));
    return rows;
  }

  /// What needs no iterations.
  std::vector<Contender> baselines(const Settings&) const override {
    const auto row = [this](std::string name, const std::function<Matrix(const Draw&)>& directions,
                            bool steady) {
      return Contender{.name = std::move(name), .trained = false, .measure = [=, this] {
                         std::vector<Matrix> all;
                         for (const Draw& draw : test_) all.push_back(directions(draw));
                         return measure(test_, all, steady);
                       }};
    };
    const auto first = [](const Matrix& of) {
      Matrix chosen(size, stable);
      for (int i = 0; i < size; ++i)
        for (int j = 0; j < stable; ++j) chosen(i, j) = of(i, j);
      return chosen;
    };
    return {row(
                "all directions", [](const Draw& d) { return d.axes; }, false),
            row(
                "pooled PCA, steadiest", [](const Draw& d) { return d.pooled; }, true),
            row(
                "pooled PCA, first", [=](const Draw& d) { return first(d.pooled); }, false),
            row(
                "oracle", [=](const Draw& d) { return first(d.axes); }, false)};
  }

 private:
  Dataset draws(int count, int first) const {
    std::vector<Draw> list;
    for (int i = 0; i < count; ++i) list.push_back(make_draw(stream(seed_, first + i)));
    return as_data(list);
  }

  std::uint64_t seed_;
  CommonPcaSizes sizes_;
  std::vector<Draw> test_;
  Dataset test_data_, training_, validation_;
  Model model_;
};

class CommonPca final : public Task {
 public:
  explicit CommonPca(const CommonPcaSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "common_pca"; }
  std::string summary() const override {
    return "classes in an unseen domain, by common principal components; makes its own data";
  }
  Settings defaults() const override { return defaults_of("cayley", 10, "untied", 10); }
  std::string data() const override {
    return "a folder in MNIST's format, with labels, for --set domains=turned; else that of the package "
           "dataset-fashion-mnist";
  }
  std::vector<Option> options() const override {
    return {{"domains", Option::Word{"made", {"made", "turned"}},
             "points in space, or classes of turned pictures, whose features are learned with the layers"},
            {"angle", Option::Word{"75", {"0", "15", "30", "45", "60", "75"}},
             "degrees of the pictures that are held out, with domains=turned"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    if (turned(all)) return turned_problem(all);
    if (!all.data.empty())
      throw DataError("'common_pca' takes no data with domains=made: it makes its own", "--data",
                      "leave out --data, or take --set domains=turned");
    return std::make_unique<CommonPcaProblem>(all, sizes_);
  }
  Model sketch(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return turned(all) ? declare_turned(all.seed) : declare();
  }
  Network sketch_network(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    if (turned(all)) return schedule_turned(sketch(all), all.layers, all.tying != "tied").compile();
    return unrolled(declare(), all).compile();
  }

 private:
  /// Throws ModelError for an algorithm that needs all columns.
  static bool turned(const Settings& settings) {
    if (settings.word("domains") != "turned") return false;
    if (settings.algorithm != "cayley")
      throw ModelError("turned pictures keep a part of the components, which only 'cayley' finds",
                       detail::cat("--algorithm ", settings.algorithm), "leave it out");
    return true;
  }

  CommonPcaSizes sizes_;
};

}  // namespace

}  // namespace unfurl::common_pca_model

std::shared_ptr<const unfurl::Task> unfurl::common_pca(const CommonPcaSizes& sizes) {
  return std::make_shared<common_pca_model::CommonPca>(sizes);
}
