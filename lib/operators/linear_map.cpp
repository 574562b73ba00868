#include "operators/linear_map.hpp"

#include <algorithm>
#include <cmath>

#include "backend/cpu/executor.hpp"
#include "model/expr.hpp"
#include "operators/derived.hpp"
#include "operators/largest_eigenvalue.hpp"
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

void check_initial_values(const Model& model) {
  for (const auto& f : model.factors()) {
    if (!f.edges.groups.empty() || f.spec.args.empty()) continue;
    const Expr::Node* const last = &f.spec.args.back().node();
    check_values(f, [&](const Expr& e) {
      return &e.node() == last ? std::vector<double>{}
                               : initial_values(model, e).value_or(std::vector<double>{});
    });
  }
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

bool LinearMap::homogeneous() const {
  return vanishes_at_zero(
      formula_, [this](const Expr::Node& n) { return n.kind == Kind::latent && n.declaration == latent_; });
}

double LinearMap::squared_norm() const {
  exec::Executor<double> executor(exec::make_plan(normal_), 1);
  executor.keep_prelude = true;
  const auto parameters = initial_parameters(*model_);
  for (const auto& [name, values] : parameters) executor.bind(name, values.data());
  return largest_eigenvalue(columns(), [&](std::vector<double>& v) {
    exec::Exchange<double> exchange;
    exchange.load = [&](const std::string&, int, int, double* to) { std::copy(v.begin(), v.end(), to); };
    exchange.store = [&](const std::string&, int, int, const double* from) {
      std::copy_n(from, v.size(), v.begin());
    };
    executor.run(1, exchange);
  });
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
