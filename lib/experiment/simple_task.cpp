#include "unfurl/simple_task.hpp"

#include <algorithm>

#include "core/printable.hpp"
#include "network/check_data.hpp"
#include "unfurl/data_files.hpp"

namespace unfurl {

namespace {

using detail::cat;

class SimpleProblem final : public Problem {
 public:
  SimpleProblem(const SimpleTask& task, const Settings& settings) : task_(task), model_(task.model()) {
    const std::filesystem::path& file = settings.data;
    const Dataset all = file.empty() ? task.data(settings.seed) : read(file);
    const int held_back = task.held_back.value_or(all.samples() / 5);
    if (held_back < 1 || held_back >= all.samples())
      throw DataError(cat("task '", task.name, "' holds back ", held_back, " of ", all.samples(), " samples"),
                      "", "give it more samples, or set SimpleTask::held_back");
    training_ = all.slice(0, all.samples() - held_back);
    test_ = all.slice(all.samples() - held_back, held_back);
  }
  const Model& model() const override { return model_; }
  Loss loss() const override { return task_.loss; }
  Optimizer optimizer() const override { return task_.optimizer; }
  int batch() const override { return task_.batch; }
  DataSource training() const override { return fixed(training_); }
  Dataset validation() const override { return test_; }
  std::vector<Metric> evaluate(const Network& network) const override {
    return {{"loss", "", false, evaluate_loss(network, task_.loss, test_), {}}};
  }

 private:
  Dataset read(const std::filesystem::path& file) const {
    Dataset data = to_dataset(read_arrays(file), model_.observed(), file.string());
    std::vector<Input> inputs;
    for (const auto& o : model_.observed()) inputs.push_back({o.name, o.type, o.where, o.gaps});
    check_data_of_file(data, inputs, file.string());
    return data;
  }

  SimpleTask task_;
  Model model_;
  Dataset training_, test_;
};

class Simple final : public Task {
 public:
  explicit Simple(SimpleTask task) : task_(std::move(task)) {}
  std::string name() const override { return task_.name; }
  std::string summary() const override { return task_.summary; }
  Settings defaults() const override {
    Settings s;
    s.algorithm = task_.algorithm;
    s.layers = task_.layers;
    s.tying = task_.tying;
    s.epochs = task_.epochs;
    return s;
  }
  std::string data() const override {
    return "a .npz or a folder of .npy with an array (samples, ...) for every name";
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<SimpleProblem>(task_, settings);
  }
  Model sketch(const Settings&) const override { return task_.model(); }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(task_.model(), settings).compile();
  }

 private:
  SimpleTask task_;
};

}  // namespace

SimpleTask::operator std::shared_ptr<const Task>() const {
  if (name.empty() || algorithm.empty() || !model || !loss.per_sample || !data)
    throw ModelError(cat("task '", name, "' lacks its name, model, algorithm, loss or data"), "",
                     "set SimpleTask::name, model, algorithm, loss and data");
  if (!detail::is_plain_name(name))
    throw ModelError(cat("'", name, "' is no name for a task"), "",
                     "letters, digits, '-', '_', '.' and '+', the first a letter or digit");
  return std::make_shared<Simple>(*this);
}

}  // namespace unfurl
