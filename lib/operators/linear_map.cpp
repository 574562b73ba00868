#include "operators/linear_map.hpp"

#include <algorithm>
#include <cmath>

#include "backend/cpu/executor.hpp"
#include "model/expr.hpp"
#include "operators/derived.hpp"
#include "unfurl/extend/gradient.hpp"

namespace unfurl::operators {

namespace {

using detail::cat;
using ir::Value;
using Kind = Expr::Node::Kind;

/// A formula with its parameters, data and latents as leaves of their own names.
Value with_leaves(ir::Builder& b, const Expr& formula) {
  return lower(b, formula, [&](const Expr::Node& n) {
    return n.kind == Kind::param ? b.param(n.text, n.type) : b.input(n.text, n.type);
  });
}

/// One run in double precision. `load` and `store` see entry i of sample j as [i * lanes + j - first].
void run(const ir::Graph& graph, const std::map<std::string, std::vector<double>>& parameters, int batch,
         exec::Exchange<double> exchange) {
  exec::Executor<double> executor(exec::make_plan(graph), 1);
  executor.flush_denormals = false;
  executor.require_finite_results = false;  // whoever asks looks at the numbers
  for (const auto& [name, values] : parameters) executor.bind(name, values.data());
  executor.run(batch, exchange);
  const Value result = graph.output("result");
  if (!graph.type(result).lanes) exchange.store("result", 0, 1, executor.result("result"));
}

std::map<std::string, std::vector<double>> initial_parameters(const Model& model) {
  std::map<std::string, std::vector<double>> values;
  for (const auto& p : model.params()) values[p.name] = p.initial;
  return values;
}

}  // namespace

std::optional<std::vector<double>> initial_values(const Model& model, const Expr& formula) {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value v = with_leaves(b, formula);
  const ir::Graph program = program_of(graph, v);
  for (int i = 0; i < program.size(); ++i)
    if (program[Value{i}].is_input()) return {};
  std::vector<double> values(program.type(program.output("result")).size());
  exec::Exchange<double> exchange;
  exchange.store = [&](const std::string&, int, int, const double* from) {
    std::copy_n(from, values.size(), values.begin());
  };
  run(program, initial_parameters(model), 1, exchange);
  return values;
}

LinearMap::LinearMap(const Model& model, const Expr& formula, int latent, const std::string& who,
                     const Where& where)
    : model_(&model), formula_(formula), latent_(latent) {
  const auto& declared = model.latents()[static_cast<std::size_t>(latent)];
  const std::string& text = formula.node().text;
  ir::Graph graph;
  ir::Builder b(graph);
  const Value x = b.input(declared.name, declared.type);
  const Value f = lower(b, formula, [&](const Expr::Node& n) {
    if (n.kind == Kind::latent && n.declaration == latent) return x;
    return n.kind == Kind::param ? b.param(n.text, n.type) : b.input(n.text, n.type);
  });
  from_ = declared.type;
  to_ = b.type(f);
  const Value image = b.input("image", to_.with(Domain::real)),
              vector = b.input("vector", from_.with(Domain::real));
  if (!is_linear(formula,
                 [latent](const Expr::Node& n) { return n.kind == Kind::latent && n.declaration == latent; }))
    throw ScheduleError(
        cat(who, ": '", text, "' is not linear in latent '", declared.name, "'"), where,
        "write it as A * x + c, where A is a parameter, a formula of parameters or an operator");
  const Value back = ir::gradient(b, f, image, {x})[0];
  const Value forward = ir::gradient(b, back, vector, {image})[0];
  apply_ = program_of(graph, forward);
  normal_ = program_of(graph, ir::gradient(b, f, forward, {x})[0]);
  for (const auto& data : model.observed())
    if (reads_input(apply_, data.name))
      throw ScheduleError(
          cat(who, ": the linear map '", text, "' depends on '", data.name, "', and its norm with it"), where,
          "give the initial step as an option of the algorithm");
}

/// Looks at the formula at x = 0, for some parameters and data that nothing is special about.
bool LinearMap::homogeneous() const {
  ir::Graph graph;
  ir::Builder b(graph);
  const auto& declared = model_->latents()[static_cast<std::size_t>(latent_)];
  const Value f = lower(b, formula_, [&](const Expr::Node& n) {
    if (n.kind == Kind::latent && n.declaration == latent_) return b.zeros(declared.type);
    return n.kind == Kind::param ? b.param(n.text, n.type) : b.input(n.text, n.type);
  });
  const ir::Graph program = program_of(graph, f);
  const auto some = [](std::size_t i) { return 0.5 + static_cast<double>(i * 7 % 11) / 11; };
  std::map<std::string, std::vector<double>> parameters = initial_parameters(*model_);
  for (auto& [name, values] : parameters)
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = some(i);
  bool vanishes = true;
  exec::Exchange<double> exchange;
  exchange.load = [&](const std::string& input, int, int, double* to) {
    for (int i = 0; i < program.size(); ++i)
      if (program[Value{i}].is_input() && program[Value{i}].name() == input)
        for (std::size_t k = 0; k < program.type(Value{i}).size(); ++k) to[k] = some(k);
  };
  exchange.store = [&](const std::string&, int, int, const double* from) {
    for (std::size_t i = 0; i < to_.size(); ++i) vanishes = vanishes && from[i] == 0;
  };
  run(program, parameters, 1, exchange);
  return vanishes;
}

double LinearMap::squared_norm() const {
  std::vector<double> v(columns());
  for (std::size_t j = 0; j < v.size(); ++j)
    v[j] = 1 + 0.01 * static_cast<double>(j % 17);  // no symmetry to get stuck in
  double norm = 0;
  exec::Executor<double> executor(exec::make_plan(normal_), 1);
  executor.keep_prelude = true;
  const auto parameters = initial_parameters(*model_);
  for (const auto& [name, values] : parameters) executor.bind(name, values.data());
  exec::Exchange<double> exchange;
  exchange.load = [&](const std::string&, int, int, double* to) { std::copy(v.begin(), v.end(), to); };
  exchange.store = [&](const std::string&, int, int, const double* from) {
    std::copy_n(from, v.size(), v.begin());
  };
  for (int iteration = 0; iteration < 200; ++iteration) {
    executor.run(1, exchange);
    double square = 0;
    for (const double x : v) square += x * x;
    const double previous = norm;
    norm = std::sqrt(square);
    if (norm == 0) break;
    for (double& x : v) x /= norm;
    if (std::abs(norm - previous) < 1e-12 * norm) break;
  }
  return norm;
}

std::vector<double> LinearMap::matrix() const {
  std::vector<double> a(rows() * columns());
  const auto n = static_cast<std::ptrdiff_t>(columns());
  exec::Exchange<double> exchange;
  exchange.load = [&](const std::string&, int first, int lanes, double* to) {
    for (std::ptrdiff_t i = 0; i < n; ++i)
      for (int l = 0; l < lanes; ++l) to[i * lanes + l] = i == first + l ? 1 : 0;
  };
  exchange.store = [&](const std::string&, int first, int lanes, const double* from) {
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(rows()); ++i)
      for (int l = 0; l < lanes; ++l) a[static_cast<std::size_t>(i * n + first + l)] = from[i * lanes + l];
  };
  run(apply_, initial_parameters(*model_), static_cast<int>(columns()), exchange);
  return a;
}

std::vector<double> LinearMap::column_norms() const {
  const std::vector<double> a = matrix();
  std::vector<double> norms(columns(), 0);
  for (std::size_t i = 0; i < rows(); ++i)
    for (std::size_t j = 0; j < columns(); ++j) norms[j] += a[i * columns() + j] * a[i * columns() + j];
  for (double& v : norms) v = std::sqrt(v);
  return norms;
}

}  // namespace unfurl::operators
