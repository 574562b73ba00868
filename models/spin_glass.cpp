/// Learning to infer: loopy belief propagation on random binary grids, 10 x 10, couplings N(0, 1.5^2), where the plain
/// algorithm often fails to converge. The couplings are data, so one network serves every such grid; what it learns are
/// weights of couplings and messages and a damping, per layer, so that ten layers come close to the exact marginals.
/// With `weights=shared` all edges have one weight of messages, and nothing that is learned belongs to the grid: such a run
/// serves graphs of other structure, in files (`unfurl infer FILE --run RUN`).
#include <cmath>
#include <mutex>

#include "models/spin_glass/grids.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::spin_glass_model {

namespace {

/// Belief propagation learns its damping and the weights of its messages; other algorithms are taken as they are.
Network unfolded(const Model& model, MessageWeights weights, const Settings& settings) {
  if (settings.algorithm != "bp") return unrolled(model, settings).compile();
  return unrolled(model, SumProduct{.damping = 0.3, .message_weights = weights}, settings).compile();
}

class SpinGlassProblem final : public Problem {
 public:
  SpinGlassProblem(std::shared_ptr<const Grids> grids, MessageWeights weights)
      : grids_(std::move(grids)),
        weights_(weights),
        model_(declare(grids_->side, weights == MessageWeights::per_edge)),
        sites_(sites_of(grids_->side)) {}
  const Model& model() const override { return model_; }
  /// Cross-entropy to the exact marginals, which may be anything between 0 and 1.
  Loss loss() const override {
    return {[sites = sites_](LossContext& c) {
      ir::Builder& b = c.builder;
      const ir::Value logit = c.result("x.logit"), p = c.target("p", {1, sites, true});
      return b.scale(b.sum_to(b.sub(b.softplus(logit), b.mul(p, logit)), {1, 1, true}), 1.0 / sites);
    }};
  }
  Optimizer optimizer() const override { return Adam{.rate = 5e-3, .final_rate = 0.05, .clip = 1}; }
  int batch() const override { return 50; }
  DataSource training() const override { return fixed(grids_->training); }
  Dataset validation() const override { return grids_->validation; }

  std::vector<Metric> evaluate(const Network& network) const override {
    const Dataset result = network.run(grids_->test, {"x"});
    const std::vector<float>&q = result["x"].values, &p = grids_->test["p"].values;
    Metric error{"marginal error", "%", false, 0, {}};
    const auto sites = static_cast<std::size_t>(sites_);
    for (std::size_t first = 0; first < p.size(); first += sites) {
      double sum = 0;
      for (std::size_t i = first; i < first + sites; ++i) sum += std::abs(q[i] - p[i]);
      error.per_item.push_back(100 * sum / sites_);
      error.value += error.per_item.back() / grids_->test.samples();
    }
    return {error};
  }

  Network network(const Settings& settings) const override { return unfolded(model_, weights_, settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows = Problem::contenders(settings);
    rows[0].network = unroll(model_, algorithm_by_name(settings.algorithm), settings.layers).compile();
    rows[0].note = "the plain algorithm, undamped";
    for (Contender& row : rows)
      if (row.role == Role::scaled) row.optimizer = Adam{.rate = 2e-2, .final_rate = 0.05, .clip = 1};
    return rows;
  }

  std::vector<Contender> baselines(const Settings& settings) const override {
    constexpr int many = 200;
    const auto plain = [&](const std::string& name, const AlgorithmPointer& algorithm,
                           const std::string& note) {
      return Contender{name, unroll(model_, algorithm, many).compile(), false, nullptr, {}, note};
    };
    std::vector<Contender> rows;
    rows.push_back(
        plain("belief propagation, damped", SumProduct{.damping = 0.5}, "200 iterations with damping 0.5"));
    rows.push_back(plain("tree-reweighted", TreeReweighted{.damping = 0.5},
                         "200 iterations with damping 0.5, uniform edge weights"));
    rows.push_back(plain("mean field", MeanField{.damping = 0.5}, "200 iterations with damping 0.5"));
    rows.push_back({"feed-forward, 2 x 256",
                    feed_forward({.input = "J,h",
                                  .input_type = {1, edges_of(grids_->side) + sites_, true},
                                  .hidden = {256, 256},
                                  .outputs = sites_,
                                  .activation = FeedForward::Activation::sigmoid,
                                  .output = "x",
                                  .seed = settings.seed}),
                    true,
                    Adam{.rate = 1e-3, .final_rate = 0.05},
                    {},
                    "couplings and fields in, marginals out"});
    return rows;
  }

 private:
  std::shared_ptr<const Grids> grids_;
  MessageWeights weights_;
  Model model_;
  int sites_;
};

class SpinGlass final : public Task {
 public:
  explicit SpinGlass(const SpinGlassSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "spin_glass"; }
  std::string summary() const override {
    return "exact marginals of random loopy grids, by belief propagation that learned; makes its own data";
  }
  Settings defaults() const override { return defaults_of("bp", 10, "untied", 15); }
  std::vector<Option> options() const override {
    return {{"weights", Option::Word{"edges", {"edges", "shared"}},
             "edges: weights for every edge of the grid; shared: one for all, for graphs of any structure"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    const std::lock_guard lock(mutex_);
    if (!grids_) grids_ = std::make_shared<const Grids>(sizes_);
    return std::make_unique<SpinGlassProblem>(grids_, weights(settings));
  }
  Model sketch(const Settings& settings) const override {
    return declare(sizes_.side, weights(settings) == MessageWeights::per_edge);
  }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(sketch(settings), weights(settings), settings);
  }

 private:
  MessageWeights weights(const Settings& settings) const {
    return complete(*this, settings).word("weights") == "shared" ? MessageWeights::shared
                                                                 : MessageWeights::per_edge;
  }

  SpinGlassSizes sizes_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Grids> grids_;
};

}  // namespace

}  // namespace unfurl::spin_glass_model

std::shared_ptr<const unfurl::Task> unfurl::spin_glass(const SpinGlassSizes& sizes) {
  return std::make_shared<spin_glass_model::SpinGlass>(sizes);
}
