#include "operators/derived.hpp"

#include "model/expr.hpp"
#include "passes/passes.hpp"

namespace unfurl::operators {

using ir::Value;

namespace {

/// Has a value that depends on the operand and passes no gradient on.
bool hides_gradient(const ir::Graph& g, const std::string& operand) {
  std::vector<char> depends(static_cast<std::size_t>(g.size()), 0);
  for (int i = 0; i < g.size(); ++i) {
    const ir::Node& node = g[Value{i}];
    bool mine = node.is_input() && node.name() == operand;
    for (const Value a : node.args) mine = mine || depends[static_cast<std::size_t>(a.id)];
    depends[static_cast<std::size_t>(i)] = mine;
    if (mine && !node.args.empty() && !node.op->vjp) return true;
  }
  return false;
}

}  // namespace

bool reads_input(const ir::Graph& g, const std::string& name) {
  for (int i = 0; i < g.size(); ++i)
    if (g[Value{i}].is_input() && g[Value{i}].name() == name) return true;
  return false;
}

ir::Graph program_of(const ir::Graph& graph, Value result) {
  ir::Graph program = graph;
  program.outputs = {{"result", result}};
  return ir::optimize(program);
}

bool is_linear(const Expr& formula, const std::function<bool(const Expr::Node&)>& is_operand) {
  const std::string operand = "\noperand";  // the name of no handle
  ir::Graph graph;
  ir::Builder b(graph);
  Value x;
  const Value f = lower(b, formula, [&](const Expr::Node& n) {
    if (!is_operand(n))
      return n.kind == Expr::Node::Kind::param ? b.param(n.text, n.type) : b.input(n.text, n.type);
    if (!x) x = b.input(operand, n.type);
    return x;
  });
  if (!x) return false;
  const Value back = ir::gradient(b, f, b.input("\nimage", b.type(f).with(Domain::real)), {x})[0];
  return back && !hides_gradient(program_of(graph, f), operand) &&
         !reads_input(program_of(graph, back), operand);
}

void run(const ir::Graph& graph, const std::map<std::string, std::vector<double>>& parameters, int batch,
         const exec::Exchange<double>& exchange) {
  exec::Executor<double> executor(exec::make_plan(graph), 1);
  executor.flush_denormals = false;
  executor.require_finite_results = false;  // whoever asks looks at the numbers
  for (const auto& [name, values] : parameters) executor.bind(name, values.data());
  executor.run(batch, exchange);
  const Value result = graph.output("result");
  if (!graph.type(result).lanes) exchange.store("result", 0, 1, executor.result("result"));
}

bool vanishes_at_zero(const Expr& formula, const std::function<bool(const Expr::Node&)>& is_operand) {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value f = lower(b, formula, [&](const Expr::Node& n) {
    if (is_operand(n)) return b.zeros(n.type);
    return n.kind == Expr::Node::Kind::param ? b.param(n.text, n.type) : b.input(n.text, n.type);
  });
  const ir::Graph program = program_of(graph, f);
  const auto some = [](std::size_t i) { return 0.5 + static_cast<double>(i * 7 % 11) / 11; };
  std::map<std::string, std::vector<double>> parameters;
  std::map<std::string, std::size_t> inputs;
  for (int i = 0; i < program.size(); ++i) {
    const ir::Node& node = program[Value{i}];
    const std::size_t size = program.type(Value{i}).size();
    if (node.is_input()) inputs[node.name()] = size;
    if (node.is_parameter())
      for (std::size_t k = 0; k < size; ++k) parameters[node.name()].push_back(some(k));
  }
  bool vanishes = true;
  exec::Exchange<double> exchange;
  exchange.load = [&](const std::string& input, int, int, double* to) {
    for (std::size_t k = 0; k < inputs.at(input); ++k) to[k] = some(k);
  };
  const std::size_t size = program.type(program.output("result")).size();
  exchange.store = [&](const std::string&, int, int, const double* from) {
    for (std::size_t i = 0; i < size; ++i) vanishes = vanishes && from[i] == 0;
  };
  run(program, parameters, 1, exchange);
  return vanishes;
}

Value adjoint_at(ir::Builder& b, Value result, Value operand, Value y) {
  const ir::Type t = b.type(operand), image = b.type(result);
  const Value seed =
      b.broadcast(y, {image.planes, image.rows, image.lanes || b.type(y).lanes, b.type(y).domain});
  const Value back = ir::gradient(b, result, seed, {operand})[0];
  return back ? b.broadcast(back, {t.planes, t.rows, t.lanes, b.type(back).domain}) : b.zeros(t);
}

}  // namespace unfurl::operators
