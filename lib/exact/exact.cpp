// From a model and a sample to tables of log-potentials.
#include "unfurl/exact.hpp"

#include <algorithm>
#include <limits>

#include "exact/junction_tree.hpp"
#include "exec/check_data.hpp"
#include "exec/executor.hpp"
#include "exec/feed.hpp"
#include "passes/passes.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

namespace {

/// Formulas over the model's parameters and data, outside any layer.
class Formulas final : public StepContext {
 public:
  explicit Formulas(const Model& model) : model_(model), layout_(make_layout(model)), builder_(graph_) {}

  const Model& model() const override { return model_; }
  const Layout& layout() const override { return layout_; }
  ir::Builder& builder() override { return builder_; }
  int layer() const override { return 0; }
  int layers() const override { return 0; }
  void set_latent(int, Value) override { throw InternalError("exact inference has no latents"); }

  Value parameter(const std::string& name) override {
    for (const auto& p : model_.params())
      if (p.name == name) return builder_.param(name, p.type);
    throw InternalError(cat("there is no parameter '", name, "'"));
  }

  Value evaluate(const Expr& e) override {
    const Expr::Node& n = e.node();
    switch (n.kind) {
      case Expr::Node::Kind::number:
        return builder_.constant(n.number);
      case Expr::Node::Kind::param:
        return parameter(n.text);
      case Expr::Node::Kind::observed:
        return builder_.input(n.text, n.type);
      case Expr::Node::Kind::context:
        throw ModelError(cat("exact inference meets ", n.text), "", "it serves samples that stand alone");
      case Expr::Node::Kind::latent:
      case Expr::Node::Kind::previous:
        throw ModelError(cat("exact inference meets latent '", n.text, "'"), "",
                         "it serves discrete variables and data only");
      case Expr::Node::Kind::operation:
        break;
    }
    std::vector<Value> args;
    for (const Expr& a : n.args) args.push_back(evaluate(a));
    return n.lower(builder_, args);
  }

 private:
  const Model& model_;
  Layout layout_;
  ir::Graph graph_;
  ir::Builder builder_;
};

/// Results of a run must be finite, so -inf travels as a number that no log-potential reaches.
constexpr double impossible_mark = -1e300;

/// The table of every factor declaration, [joint states, factors or 1].
std::vector<std::vector<double>> log_tables(const Model& model, const ParameterValues& values,
                                            const Dataset& sample) {
  Formulas formulas(model);
  ir::Builder& b = formulas.builder();
  ir::Graph& graph = b.graph();
  std::vector<std::vector<double>> tables;
  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const auto& f = model.factors()[i];
    if (f.edges.arity() == 0)
      throw ModelError(
          cat("exact inference cannot serve factor '", f.name, "' of type ", f.spec.type->name()), f.where,
          "it serves factors of discrete variables");
    const Value table = f.spec.type->log_table(b, formulas.group(static_cast<int>(i)));
    graph.outputs.emplace_back(cat(i), b.floor_at(table, impossible_mark));
    tables.emplace_back(b.type(table).size());
  }
  exec::Executor<double> executor(exec::make_plan(ir::optimize(graph)), 1);
  for (const auto& [name, v] : values) executor.bind(name, v.data());
  exec::Exchange<double> exchange;
  exchange.load = [&](const std::string& input, int, int lanes, double* to) {
    exec::load_tile(sample[input], nullptr, 0, lanes, to);
  };
  exchange.store = [&](const std::string& output, int, int, const double* from) {
    auto& table = tables[static_cast<std::size_t>(std::stoi(output))];
    std::copy_n(from, table.size(), table.begin());
  };
  executor.run(1, exchange);
  for (const auto& [name, v] : executor.plan().graph.outputs)
    if (!executor.plan().graph.type(v).lanes) {
      auto& table = tables[static_cast<std::size_t>(std::stoi(name))];
      std::copy_n(executor.result(name), table.size(), table.begin());
    }
  for (auto& table : tables)
    for (double& entry : table)
      if (entry <= impossible_mark) entry = -std::numeric_limits<double>::infinity();
  return tables;
}

/// All parameters: the given values, else the initial ones.
ParameterValues complete(const Model& model, const ParameterValues& given) {
  ParameterValues values;
  std::map<std::string, ir::Type> types;
  std::vector<std::string> known;
  for (const auto& p : model.params()) {
    values[p.name] = p.initial;
    types[p.name] = p.type;
    known.push_back(p.name);
  }
  for (const auto& [name, v] : given) {
    const auto at = values.find(name);
    if (at == values.end())
      throw ScheduleError(cat("model '", model.name(), "' has no parameter '", name, "'"), "",
                          detail::did_you_mean(name, known));
    check_values(name, types.at(name), v);
    at->second = v;
  }
  return values;
}

/// The one sample, checked; empty when the model observes nothing.
Dataset take_sample(const Model& model, const Dataset& data, int sample) {
  if (model.observed().empty()) return {};
  if (sample < 0 || (sample >= data.samples() && data.samples() > 0))
    throw DataError(cat("there is no sample ", sample, " among ", data.samples()), "",
                    "samples count from 0");
  const Dataset one = data.samples() > 0 ? data.slice(sample, 1) : Dataset{};
  check_data(one, model.observed(), sample);
  return one;
}

struct Task {
  junction::Tree tree;
  std::vector<junction::Potential> potentials;
};

Task prepare(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
             double most_memory, const std::vector<junction::Scope>& wanted) {
  for (const auto& x : model.continuous())
    throw ModelError(cat("exact inference cannot serve real variable '", x.variable.name, "'"), x.where,
                     "it serves discrete variables; GaussianBeliefPropagation infers real ones");
  const Dataset one = take_sample(model, data, sample);
  std::vector<int> states, first;
  for (const auto& d : model.discretes()) {
    first.push_back(static_cast<int>(states.size()));
    states.insert(states.end(), static_cast<std::size_t>(d.variable.size()), d.variable.states);
  }
  std::vector<junction::Scope> scopes;
  for (const auto& f : model.factors())
    for (int i = 0; i < f.edges.count(); ++i) {
      junction::Scope scope;
      for (std::size_t k = 0; k < f.edges.slots.size(); ++k)
        scope.push_back(first[static_cast<std::size_t>(f.edges.groups[k].group)] +
                        f.edges.slots[k][static_cast<std::size_t>(i)]);
      scopes.push_back(std::move(scope));
    }
  std::vector<junction::Scope> joined = scopes;
  for (const junction::Scope& scope : wanted) {
    for (const int v : scope)
      if (v < 0 || v >= static_cast<int>(states.size()) || std::count(scope.begin(), scope.end(), v) != 1)
        throw ModelError(cat("a scope asks for variable ", v, ", twice or of ", states.size()), "",
                         "name different variables, counted from 0");
    joined.push_back(scope);
  }
  Task task{junction::eliminate(states, joined, most_memory), {}};  // before any table is made

  const auto tables = log_tables(model, complete(model, values), one);
  for (std::size_t d = 0; d < tables.size(); ++d) {
    const auto& f = model.factors()[d];
    const auto size = static_cast<std::size_t>(f.edges.table_size());
    const std::size_t rows = tables[d].size() / size;
    for (int i = 0; i < f.edges.count(); ++i) {
      junction::Potential p{scopes[task.potentials.size()], std::vector<double>(size)};
      const std::size_t row = rows == 1 ? 0 : static_cast<std::size_t>(i);
      for (std::size_t entry = 0; entry < size; ++entry) p.values[entry] = tables[d][entry * rows + row];
      task.potentials.push_back(std::move(p));
    }
  }
  return task;
}

/// The values that all layers of a network share.
ParameterValues tied_values(const Network& network) {
  const auto& model = network.unrolled().model;
  if (!model)
    throw ModelError("a conventional network has no model for exact inference", "",
                     "use one that was unrolled from a model");
  ParameterValues values;
  for (const auto& declared : model->params())
    for (const Parameter& p : network.parameters()) {
      const bool scale = p.base == declared.name + ".scale";
      if (p.base != declared.name && !scale) continue;
      if (scale || (values.count(declared.name) != 0 && values[declared.name] != p.values))
        throw ScheduleError(cat("the layers use different values of parameter '", declared.name, "'"),
                            declared.where, "exact inference needs a tied network");
      values[declared.name] = p.values;
    }
  return values;
}

}  // namespace

ExactResult exact(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
                  const ExactOptions& options) {
  const Task task = prepare(model, values, data, sample, options.most_memory, options.scopes);
  return junction::calibrate(task.tree, task.potentials, options.scopes);
}

ExactResult exact(const Model& model, const Dataset& data, int sample, const ExactOptions& options) {
  return exact(model, ParameterValues{}, data, sample, options);
}

ExactResult exact(const Network& network, const Dataset& data, int sample, const ExactOptions& options) {
  const ParameterValues values = tied_values(network);
  return exact(*network.unrolled().model, values, data, sample, options);
}

MostProbable most_probable(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
                           const ExactOptions& options) {
  const Task task = prepare(model, values, data, sample, options.most_memory, {});
  return junction::maximize(task.tree, task.potentials);
}

MostProbable most_probable(const Model& model, const Dataset& data, int sample, const ExactOptions& options) {
  return most_probable(model, ParameterValues{}, data, sample, options);
}

MostProbable most_probable(const Network& network, const Dataset& data, int sample,
                           const ExactOptions& options) {
  const ParameterValues values = tied_values(network);
  return most_probable(*network.unrolled().model, values, data, sample, options);
}

}  // namespace unfurl
