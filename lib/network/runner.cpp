// Running compiled programs on data sets.
#include "network/runner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/executor.hpp"
#include "backend/cpu/feed.hpp"
#include "network/check_data.hpp"
#include "passes/passes.hpp"

namespace unfurl {

using detail::cat;

namespace {

template <class T>
class RunnerAs final : public Runner::Impl {
 public:
  RunnerAs(const Unrolled& u, const std::vector<std::string>& names, std::optional<int> layer, int threads,
           bool stream)
      : executor_(exec::make_plan(program_of(u, names, layer)), threads) {
    executor_.keep_prelude = true;
    if (stream) executor_.fixed_lanes = exec::register_lanes(sizeof(T));
    inputs = u.signature.inputs;
    check_parameters(u.graph, u.parameters);
    for (const Parameter& p : u.parameters) {
      check(p);
      values_.emplace_back(p.values.begin(), p.values.end());
      names_.push_back(p.name);
    }
    for (std::size_t i = 0; i < values_.size(); ++i) executor_.bind(u.parameters[i].name, values_[i].data());
    exchange_.load = [this](const std::string& input, int first, int lanes, T* to) {
      exec::load_tile((*data_)[input], order_.empty() ? nullptr : order_.data(), first, lanes, to);
    };
    exchange_.store = [this](const std::string& output, int first, int lanes, const T* from) {
      exec::store_tile(from, first, lanes, arrays_.at(output));
    };
  }

  bool refresh(const std::vector<Parameter>& parameters) override {
    const auto fits = [](const Parameter& p, const std::string& name) { return p.name == name; };
    if (!std::equal(parameters.begin(), parameters.end(), names_.begin(), names_.end(), fits)) return false;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const Parameter& p = parameters[i];
      if (p.values.size() != values_[i].size()) return false;
      const double* from = p.values.data();
      const T* kept = values_[i].data();
      int changed = 0;
      for (std::size_t k = 0; k < values_[i].size(); ++k)
        changed |= static_cast<T>(from[k]) == kept[k] ? 0 : 1;
      if (changed == 0) continue;
      check(p);
      std::transform(from, from + values_[i].size(), values_[i].begin(),
                     [](double v) { return static_cast<T>(v); });
      executor_.keep_prelude = false;  // for the next run
    }
    for (auto& [structure, other] : others) other->refresh(parameters);
    return true;
  }

  void run(const Dataset& data, Dataset& result) override {
    const int samples = data.samples(), width = std::max(1, executor_.fixed_lanes);
    const int padded = (samples + width - 1) / width * width;
    if (executor_.fixed_lanes > 0) {  // the last sample fills the last tile
      order_.resize(static_cast<std::size_t>(padded));
      for (int i = 0; i < padded; ++i) order_[static_cast<std::size_t>(i)] = std::min(i, samples - 1);
    }
    for (const auto& [name, v] : executor_.plan().graph.outputs) {
      const ir::Type& t = executor_.plan().graph.type(v);
      Samples& s = arrays_[name];
      s.planes = t.planes;
      s.rows = t.rows;
      s.values.resize(t.size() * static_cast<std::size_t>(padded));
    }
    data_ = &data;
    executor_.run(padded, exchange_);
    executor_.keep_prelude = true;
    for (auto& [name, s] : arrays_) {
      if (sizeof(T) > sizeof(float)) check_stored(name, s);
      s.values.resize(s.size() * static_cast<std::size_t>(samples));
      result.add(name, std::move(s));
    }
  }

  std::size_t memory() const override { return executor_.memory(); }

 private:
  static void check(const Parameter& p) {
    check_values(p);
    if (sizeof(T) == sizeof(float)) check_single_precision(p);
  }
  /// What is finite in double precision may not be where results are kept.
  static void check_stored(const std::string& name, const Samples& s) {
    for (const float v : s.values)
      if (!std::isfinite(v))
        throw NumericalError(
            cat("result '", name, "' has numbers beyond ", std::numeric_limits<float>::max()), "",
            "results are kept in single precision; scale the data or the parameters");
  }
  std::vector<std::vector<T>> values_;
  std::vector<std::string> names_;
  exec::Executor<T> executor_;
  exec::Exchange<T> exchange_;
  const Dataset* data_ = nullptr;
  std::vector<int> order_;  // sample of every lane, where tiles are filled up
  std::map<std::string, Samples> arrays_;
};

}  // namespace

ir::Graph program_of(const Unrolled& u, const std::vector<std::string>& names, std::optional<int> layer) {
  const int at = layer.value_or(u.signature.layers);
  if (at < 1 || at > u.signature.layers)
    throw DataError(cat("layer ", at, " of a network of ", u.signature.layers), "",
                    "layers count from 1; leave it out for the last");
  const std::vector<std::string>& wanted = names.empty() ? u.signature.readouts : names;
  const std::vector<std::string> known = u.signature.results();
  for (const std::string& name : wanted)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw DataError(cat("the network has no result '", name, "'"), "", detail::did_you_mean(name, known));
  ir::Graph graph = u.graph;
  graph.outputs.clear();
  for (const std::string& name : wanted)
    graph.outputs.emplace_back(name, u.graph.output(Signature::output(name, at)));
  return ir::optimize(graph);
}

std::unique_ptr<Runner::Impl> make_runner(const Network& network, const std::vector<std::string>& names,
                                          std::optional<int> layer, bool stream) {
  const Unrolled& u = network.unrolled();
  std::unique_ptr<Runner::Impl> runner;
  if (network.precision() == Precision::f32)
    runner = std::make_unique<RunnerAs<float>>(u, names, layer, network.threads(), stream);
  else
    runner = std::make_unique<RunnerAs<double>>(u, names, layer, network.threads(), stream);
  if (u.made_by.with_structure)
    runner->make_other = [copy = network, names, layer, stream](const Structure& structure) {
      return make_runner(copy.of(structure), names, layer, stream);
    };
  return runner;
}

Dataset run_on(Runner::Impl& runner, const Dataset& data, const std::vector<Parameter>* current) {
  if (!data.parts().empty() && runner.make_other) {
    Dataset results;
    for (const auto& [structure, part] : data.parts()) {
      auto& other = runner.others[structure];
      if (!other) {
        other = runner.make_other(structure);
        if (current) other->refresh(*current);
      }
      results.add(structure, run_on(*other, part));
    }
    return results;
  }
  check_data(data, runner.inputs);
  if (data.samples() == 0)
    throw DataError("the data hold no samples", "",
                    "add at least one; a model without observed data takes any array");
  Dataset result;
  runner.run(data, result);
  return result;
}

Runner::Runner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Runner::Runner(Runner&&) noexcept = default;
Runner& Runner::operator=(Runner&&) noexcept = default;
Runner::~Runner() = default;

Dataset Runner::run(const Dataset& data) { return run_on(*impl_, data); }
std::size_t Runner::memory() const { return impl_->memory(); }

}  // namespace unfurl
