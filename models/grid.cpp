#include "models/grid.hpp"

#include <algorithm>
#include <utility>

#include "models/grid/pixels.hpp"
#include "unfurl/contenders.hpp"

namespace unfurl {

namespace {

/// The plain algorithm at its best: coupling and trust with the fewest wrong pixels on training images.
Model tune(const GridTask& t, const AlgorithmPointer& algorithm, int layers, const Dataset& images) {
  std::vector<std::pair<double, double>> choices;
  for (const double coupling : t.couplings)
    for (const double trust : t.trusts) choices.emplace_back(coupling, trust);
  const auto declared = [&](const auto& c) { return t.declare(t.sizes.side, c.first, c.second); };
  return best_choice(
             choices, declared,
             [&](const Model& m) {
               return grid_model::measure(unroll(m, algorithm, layers).compile(), images, t.labels)[0].value;
             })
      ->first;
}

class GridProblem final : public Problem {
 public:
  GridProblem(const GridTask& task, const Settings& settings)
      : task_(task),
        seed_(settings.seed),
        tuning_(make(task.sizes.tuning_images, 1)),
        test_(make(task.sizes.test_images, 2)),
        model_(tune(task, algorithm_for(task.declare(task.sizes.side, 0, 0), settings), settings.layers,
                    tuning_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::cross_entropy("x", task_.labels); }
  Loss likelihood() const override { return loss::negative_log_likelihood("x", task_.labels); }
  Optimizer optimizer() const override { return task_.optimizer; }
  int batch() const override { return task_.batch; }
  /// Fresh images in every epoch.
  DataSource training() const override {
    return fresh([this](int epoch) { return make(task_.sizes.images_per_epoch, 3 + epoch); });
  }
  Dataset validation() const override { return tuning_; }
  std::vector<Metric> evaluate(const Network& network) const override {
    return grid_model::measure(network, test_, task_.labels);
  }

  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path&) const override {
    return grid_model::restored_pictures(networks, test_, model_.observed()[0].name, task_.labels,
                                         task_.sizes.side, task_.colours);
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows = Problem::contenders(settings);
    for (Contender& row : rows)
      if (row.role == Role::scaled) row.optimizer = task_.optimizer_scaled;
    return rows;
  }

  std::vector<Contender> baselines(const Settings& settings) const override {
    constexpr int many = 50;
    const AlgorithmPointer damped = SumProduct{.damping = 0.5};
    const auto& seen = model_.observed()[0];
    const int states = model_.discretes()[0].variable.states;
    const Convolutional filters{.input = seen.name,
                                .input_type = {seen.type.planes, seen.type.rows, true},
                                .height = task_.sizes.side,
                                .width = task_.sizes.side,
                                .windows = std::vector<Windows>(4, five_by_five),
                                .channels = {16, 16, 16, states == 2 ? 1 : states},
                                .output = "x.logit",
                                .seed = settings.seed};
    const Schedule long_run =
        unroll(tune(task_, damped, many, tuning_.slice(0, std::min(8, tuning_.samples()))), damped, many);
    std::vector<Contender> rows;
    if (task_.trains_at_convergence && settings.flag("converged"))
      rows = at_convergence(long_run, tuning_, 5, 20);
    else
      rows.push_back({"untrained, at convergence",
                      long_run.compile(),
                      false,
                      nullptr,
                      {},
                      "50 damped iterations of belief propagation, tuned for themselves"});
    rows.push_back({"convolutional network", convolutional(filters), true, task_.optimizer_filters,
                    (settings.epochs + task_.filters_share - 1) / task_.filters_share, task_.filters_note});
    return rows;
  }

 private:
  Dataset make(int count, int number) const {
    return task_.make(task_.sizes.side, count, stream(seed_, number));
  }

  GridTask task_;
  std::uint64_t seed_;
  Dataset tuning_, test_;
  Model model_;
};

class OnGrid final : public Task {
 public:
  explicit OnGrid(GridTask task) : task_(std::move(task)) {}
  std::string name() const override { return task_.name; }
  std::string summary() const override { return task_.summary; }
  Settings defaults() const override { return defaults_of("bp", 10, "untied", 12); }
  std::vector<Option> options() const override {
    if (!task_.trains_at_convergence) return {};
    return {{"converged", Option::Flag{false},
             "rows that are trained at convergence: truncated and implicit gradients",
             Option::Scope::comparing}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<GridProblem>(task_, complete(*this, settings));
  }
  Model sketch(const Settings&) const override {
    return task_.declare(task_.sizes.side, task_.coupling, task_.trust);
  }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), settings).compile();
  }

 private:
  GridTask task_;
};

}  // namespace

GridTask::operator std::shared_ptr<const Task>() const { return std::make_shared<OnGrid>(*this); }

}  // namespace unfurl
