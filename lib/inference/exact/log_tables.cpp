#include "inference/exact/log_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/executor.hpp"
#include "backend/cpu/feed.hpp"
#include "network/check_data.hpp"
#include "network/sample.hpp"
#include "passes/passes.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl::junction {

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

/// The table of every factor declaration, [joint states, factors or 1].
std::vector<std::vector<double>> evaluate(const Model& model, const ParameterValues& values,
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
    graph.outputs.emplace_back(cat(i), table);
    tables.emplace_back(b.type(table).size());
  }
  exec::Executor<double> executor(exec::make_plan(ir::optimize(graph)), 1);
  executor.require_finite_results = false;  // -inf says that a joint state is impossible
  executor.flush_denormals = false;
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
  for (std::size_t i = 0; i < tables.size(); ++i)
    for (const double entry : tables[i])
      if (!(entry < std::numeric_limits<double>::infinity()))
        throw NumericalError(cat("a log-potential of factor '", model.factors()[i].name, "' is ",
                                 std::isnan(entry) ? "NaN" : "infinite"),
                             model.factors()[i].where,
                             "give it finite numbers, or -inf where a joint state is impossible");
  return tables;
}

/// All parameters: the given values, else the initial ones.
ParameterValues complete(const Model& model, const ParameterValues& given) {
  ParameterValues values;
  std::map<std::string, const Model::ParamDeclaration*> declared;
  std::vector<std::string> known;
  for (const auto& p : model.params()) {
    values[p.name] = p.initial;
    declared[p.name] = &p;
    known.push_back(p.name);
  }
  for (const auto& [name, v] : given) {
    const auto at = values.find(name);
    if (at == values.end())
      throw ScheduleError(cat("model '", model.name(), "' has no parameter '", name, "'"), "",
                          detail::did_you_mean(name, known));
    const auto& p = *declared.at(name);
    check_values({name, name, 0, p.type, true, v, {}, p.space});
    at->second = v;
  }
  return values;
}

}  // namespace

ModelScopes scopes_of(const Model& model) {
  ModelScopes result;
  std::vector<int> first;  // of every group of variables
  for (const auto& d : model.discretes()) {
    first.push_back(static_cast<int>(result.states.size()));
    result.states.insert(result.states.end(), static_cast<std::size_t>(d.variable.size()), d.variable.states);
  }
  for (const auto& f : model.factors())
    for (int i = 0; i < f.edges.count(); ++i) {
      Scope scope;
      scope.reserve(f.edges.slots.size());
      for (std::size_t k = 0; k < f.edges.slots.size(); ++k)
        scope.push_back(first[static_cast<std::size_t>(f.edges.groups[k].group)] +
                        f.edges.slots[k][static_cast<std::size_t>(i)]);
      result.factors.push_back(std::move(scope));
    }
  return result;
}

void check_sample(const Model& model, const Dataset& data, int sample) {
  (void)take_sample(model, data, sample);
}

LogTables::LogTables(const Model& model, const ParameterValues& values, const Dataset& data, int sample)
    : tables_(evaluate(model, complete(model, values), take_sample(model, data, sample))) {}

std::vector<Potential> LogTables::potentials(const Model& model, const ModelScopes& scopes) const {
  std::vector<Potential> result;
  result.reserve(scopes.factors.size());
  for (std::size_t d = 0; d < tables_.size(); ++d) {
    const auto& f = model.factors()[d];
    const std::size_t rows = tables_[d].size() / static_cast<std::size_t>(f.edges.table_size());
    for (int i = 0; i < f.edges.count(); ++i)
      result.push_back({scopes.factors[result.size()], tables_[d].data() + (rows == 1 ? 0 : i), rows});
  }
  return result;
}

}  // namespace unfurl::junction
