// Programs as data: types, index tables, text, the rules of building, verification.
#include <doctest/doctest.h>

#include "ops/ops.hpp"
#include "passes/passes.hpp"
#include "unfurl/ir.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using ir::Attributes;
using ir::Builder;
using ir::Graph;
using ir::Type;
using ir::Value;

constexpr bool lanes = true;

/// Inputs of the given types and the operation on them.
Value emit(Graph& graph, const std::string& op, const std::vector<Type>& types,
           const Attributes& attributes = {}) {
  Builder b(graph);
  std::vector<Value> operands;
  for (const Type& t : types) operands.push_back(b.input("x" + std::to_string(operands.size()), t));
  return b.emit(op, operands, attributes);
}

/// The text of the error that building throws; empty without one.
std::string error_of(const std::string& op, const std::vector<Type>& types,
                     const Attributes& attributes = {}) {
  Graph graph;
  try {
    emit(graph, op, types, attributes);
  } catch (const InternalError& error) {
    return error.what_happened();
  }
  return {};
}

Attributes with_shape(Type shape, int begin = 0) {
  Attributes a;
  a.shape = shape;
  a.begin = begin;
  return a;
}
Attributes with_index(std::vector<int> target, int count) {
  Attributes a;
  a.index = ir::make_index(std::move(target), count);
  return a;
}

}  // namespace

TEST_CASE("a type tells its extents and its domain") {
  CHECK(ir::to_string(Type{3, 20, lanes}) == "[3, 20, lanes]");
  CHECK(ir::to_string(Type{1, 1, false, Domain::nonneg}) == "[1, 1]+");
  CHECK(ir::to_string(Type{1, 5, lanes, Domain::index}) == "[1, 5, lanes]#");
  CHECK(Type{3, 20, lanes}.size() == 60);
  CHECK(Type{2, 2}.same_shape({2, 2, false, Domain::nonneg}));
  CHECK(Type{2, 2} != Type{2, 2, false, Domain::nonneg});
  CHECK_FALSE(Type{2, 2}.same_shape({2, 2, lanes}));
}

TEST_CASE("an index table lists the members of each target in order") {
  const ir::IndexTable table({2, 0, 2, 3, 2}, 5);
  CHECK(table.offsets == std::vector<int>{0, 1, 1, 4, 5, 5});
  CHECK(table.members == std::vector<int>{1, 0, 2, 4, 3});
  const ir::IndexTable empty({}, 2);
  CHECK(empty.offsets == std::vector<int>{0, 0, 0});
  CHECK(empty.members.empty());
  CHECK(*ir::make_index({1, 0}, 2) == ir::IndexTable({1, 0}, 2));
  CHECK_FALSE(*ir::make_index({1, 0}, 2) == ir::IndexTable({1, 0}, 3));
  CHECK_THROWS_WITH_AS(ir::make_index({0, 3}, 3), doctest::Contains("index 3 outside 0..2"), InternalError);
  CHECK_THROWS_WITH_AS(ir::make_index({-1}, 3), doctest::Contains("index -1 outside"), InternalError);
}

TEST_CASE("attributes are equal by what they say") {
  Attributes a = with_index({1, 0}, 2), b = with_index({1, 0}, 2);
  a.data = std::make_shared<const std::vector<double>>(3, 1.0);
  b.data = std::make_shared<const std::vector<double>>(3, 1.0);
  CHECK(a == b);
  b.data = std::make_shared<const std::vector<double>>(3, 2.0);
  CHECK_FALSE(a == b);
  CHECK_FALSE(with_index({1, 0}, 2) == with_index({0, 1}, 2));
  CHECK_FALSE(with_index({1, 0}, 2) == Attributes{});
}

TEST_CASE("a program has a text that shows all of it") {
  Graph graph;
  Builder b(graph);
  const Value x = b.input("mixture", {1, 4, lanes, Domain::nonneg});
  const Value w = b.param("W", {3, 4, false, Domain::nonneg});
  b.layer = 0;
  const Value h = b.matmul(w, x);
  const Value up = b.matmul(w, h, true);
  b.layer = 1;
  const Value power = b.pow(up, -1.5);
  const Value part = b.slice_rows(power, 1, 2);
  const Value spread = b.gather_rows(part, ir::make_index({0, 1, 0}, 2));
  b.layer = -1;
  graph.outputs = {{"total", b.sum_all(b.sub(spread, h))}, {"W too", w}, {"outer", b.outer(h, x)}};
  CHECK(graph.text() ==
        R"(%0:[1, 4, lanes]+ = input "mixture"
%1:[3, 4]+ = param "W"
%2:[1, 3, lanes]+ = matmul %1 %0 over rows  # layer 0
%3:[1, 4, lanes]+ = matmul %1 %2 transposed over rows  # layer 0
%4:[1, 4, lanes]+ = pow %3 -1.5  # layer 1
%5:[1, 2, lanes]+ = slice_rows %4 from 1  # layer 1
%6:[1, 3, lanes]+ = gather_rows %5 index(3 to 2)  # layer 1
%7:[1, 3, lanes] = sub %6 %2
%8:[1, 1] = sum_to %7
%9:[3, 4]+ = outer %2 %0 over rows
return total = %8
return W too = %1
return outer = %9
)");
  CHECK(graph.output("W too") == w);
  CHECK_THROWS_WITH_AS(graph.output("loss"), doctest::Contains("no output 'loss'"), InternalError);
}

TEST_CASE("operands that do not fit are refused, and the error names their shapes") {
  const Type wide{2, 3, lanes}, other{2, 4, lanes};
  const auto both_named = [](const std::string& text) {
    return text.find("[2, 3, lanes]") != std::string::npos && text.find("[2, 4, lanes]") != std::string::npos;
  };
  for (const ir::OpDef* op : ir::all_ops())
    if (op->elementwise && op->arity == 2)
      CHECK_MESSAGE(both_named(error_of(op->name, {wide, other})), op->name);
  const auto names = [](const std::string& text, const std::string& shape) {
    const bool found = text.find(shape) != std::string::npos;
    if (!found) MESSAGE("'", text, "' does not name ", shape);
    return found;
  };
  CHECK(names(error_of("matmul", {{5, 3}, {1, 4, lanes}}), "[5, 3]"));
  CHECK(names(error_of("matmul", {{5, 3}, {1, 4, lanes}}), "[1, 4, lanes]"));
  CHECK_FALSE(error_of("matmul", {{5, 3, lanes}, {1, 3, lanes}}).empty());
  CHECK(names(error_of("outer", {{1, 3, lanes}, {1, 3}}), "[1, 3, lanes] and [1, 3]"));
  CHECK(names(error_of("outer", {{2, 3}, {1, 3}}), "[2, 3] and [1, 3]"));
  CHECK(names(error_of("sum_to", {wide}, with_shape({2, 2, lanes})), "[2, 3, lanes] to [2, 2, lanes]"));
  CHECK(names(error_of("sum_to", {{2, 3}}, with_shape({2, 3, lanes})), "[2, 3] to [2, 3, lanes]"));
  CHECK(names(error_of("broadcast", {wide}, with_shape({2, 3})), "[2, 3, lanes] over [2, 3]"));
  for (const char* op : {"gather_rows", "gather_planes", "segment_sum_rows", "segment_sum_planes",
                         "segment_log_sum_exp_planes"}) {
    CHECK(names(error_of(op, {wide}, with_index({0, 1, 2, 4}, 5)), "[2, 3, lanes]"));
    CHECK(names(error_of(op, {wide}), "[2, 3, lanes]"));
  }
  CHECK(names(error_of("slice_rows", {wide}, with_shape({1, 2}, 2)), "rows 2+2 do not fit [2, 3, lanes]"));
  CHECK(names(error_of("slice_rows", {wide}, with_shape({1, 2}, -1)), "[2, 3, lanes]"));
  CHECK(names(error_of("pad_rows", {wide}, with_shape({1, 4}, 2)), "[2, 3, lanes]"));
  CHECK(names(error_of("concat_rows", {wide, {1, 3, lanes}}), "[1, 3, lanes]"));
  CHECK_FALSE(error_of("concat_rows", {}).empty());
  CHECK(names(error_of("exclusive_sum", {wide, other}, with_index({0, 1, 2}, 3)), "[2, 4, lanes]"));
  CHECK(names(error_of("one_hot", {wide}, with_shape({3, 1})), "[2, 3, lanes]"));
  CHECK(names(error_of("constant", {},
                       [] {
                         Attributes a = with_shape({2, 2});
                         a.data = std::make_shared<const std::vector<double>>(3, 1.0);
                         return a;
                       }()),
              "[2, 2]"));
  CHECK(names(error_of("constant", {}, with_shape({2, 2, lanes})), "[2, 2, lanes]"));
}

TEST_CASE("what is no operation, or has a wrong number of operands, is refused by name and origin") {
  Graph graph;
  Builder b(graph);
  b.origin = "factor 'smooth' (denoiser.cpp:14)";
  const Value x = b.input("x", {1, 2, lanes});
  CHECK_THROWS_WITH_AS(b.emit("add", {x}), doctest::Contains("'add' takes 2 operands, not 1"), InternalError);
  CHECK_THROWS_WITH_AS(b.emit("add", {x, Value{}}), doctest::Contains("denoiser.cpp:14"), InternalError);
  CHECK_THROWS_WITH_AS(b.emit("add", {x, Value{7}}), doctest::Contains("absent value"), InternalError);
  CHECK_THROWS_WITH_AS(b.emit("frobnicate", {x}), doctest::Contains("'frobnicate'"), InternalError);
  CHECK_THROWS_WITH_AS(b.add(x, b.input("y", {1, 3, lanes})), doctest::Contains("denoiser.cpp:14"),
                       InternalError);
  CHECK(graph.size() == 2);
}

TEST_CASE("results are non-negative where the operation says so") {
  const Type real{1, 2, lanes}, nonneg{1, 2, lanes, Domain::nonneg};
  const auto domain = [](const std::string& op, const std::vector<Type>& types, const Attributes& a = {}) {
    Graph graph;
    return graph.type(emit(graph, op, types, a)).domain;
  };
  for (const char* op : {"add", "mul", "div"}) {
    CHECK(domain(op, {nonneg, nonneg}) == Domain::nonneg);
    CHECK(domain(op, {nonneg, real}) == Domain::real);
  }
  CHECK(domain("sub", {nonneg, nonneg}) == Domain::real);
  CHECK(domain("neg", {nonneg}) == Domain::real);
  CHECK(domain("log", {nonneg}) == Domain::real);
  for (const char* op : {"exp", "square", "abs", "relu", "sigmoid", "softplus", "log_cosh"})
    CHECK(domain(op, {real}) == Domain::nonneg);
  Attributes at;
  at.number = -1;
  CHECK(domain("floor_at", {real}, at) == Domain::real);
  CHECK(domain("floor_at", {nonneg}, at) == Domain::nonneg);
  at.number = 0.5;
  CHECK(domain("floor_at", {real}, at) == Domain::nonneg);
}

TEST_CASE("rewrites never lose a state: the loss still depends on it") {
  using Write = Value (*)(Builder&, Value);
  const Write writes[] = {
      [](Builder& b, Value v) { return b.neg(v); },
      [](Builder& b, Value v) { return b.add(v, v); },
      [](Builder& b, Value v) { return b.sub(b.constant(1), v); },
      [](Builder& b, Value v) { return b.mul(v, b.constant(2)); },
      [](Builder& b, Value v) { return b.scale(v, 3); },
      [](Builder& b, Value v) { return b.div(v, b.constant(2)); },
      [](Builder& b, Value v) {
        return b.matmul(b.param("w", {2, 2}), v);
      },
      [](Builder& b, Value v) {
        return b.outer(v, b.input("z", {1, 2, lanes}));
      },
      [](Builder& b, Value v) {
        return b.sum_to(v, {1, 1, lanes});
      },
      [](Builder& b, Value v) {
        return b.broadcast(v, {2, 2, lanes});
      },
      [](Builder& b, Value v) {
        return b.gate(v, b.input("z", {1, 2, lanes}));
      },
  };
  const Write states[] = {
      [](Builder& b, Value v) { return b.neg(v); },
      [](Builder& b, Value v) { return b.scale(v, 2); },
      [](Builder& b, Value) {
        return b.broadcast(b.param("p", {1, 2}), {1, 2, lanes});
      },
  };
  for (const Write make : states)
    for (std::size_t i = 0; i < std::size(writes); ++i) {
      Graph graph;
      Builder b(graph);
      const Value state = make(b, b.input("x", {1, 2, lanes}));
      graph.mark_state(state);
      const Value loss = b.sum_all(b.square(writes[i](b, state)));
      CHECK_MESSAGE(ir::gradient(b, loss, b.constant(1), {state})[0], graph[state].op->name, ", reader ", i);
    }
}

TEST_CASE("verification finds results whose type is not what their operation gives, and absent outputs") {
  static int rows = 2;  // an operation that changes its mind
  static const ir::OpDef fickle{.name = "fickle",
                                .infer =
                                    [](const std::vector<Type>& t, const Attributes&) {
                                      return Type{1, rows, t[0].lanes};
                                    },
                                .f32 = ir::find_op("neg").f32,
                                .f64 = ir::find_op("neg").f64};
  Graph graph;
  Builder b(graph);
  const Value x = b.input("x", {1, 2, lanes});
  graph.add(fickle, {x}, {}, 1, "factor 'smooth' (denoiser.cpp:14)");
  CHECK_NOTHROW(ir::verify(graph));
  rows = 3;
  CHECK_THROWS_WITH_AS(ir::verify(graph), doctest::Contains("value %1 ('fickle') has the wrong type"),
                       InternalError);
  CHECK_THROWS_WITH_AS(ir::verify(graph), doctest::Contains("denoiser.cpp:14"), InternalError);
  rows = 2;
  for (const Value absent : {Value{}, Value{2}}) {
    graph.outputs = {{"x", x}, {"y", absent}};
    CHECK_THROWS_WITH_AS(ir::verify(graph), doctest::Contains("output 'y' does not exist"), InternalError);
    CHECK_THROWS_AS(ir::optimize(graph), InternalError);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
