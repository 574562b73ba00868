// Programs as data: types, index tables, text, the rules of building, verification.
#include <doctest/doctest.h>

#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/builder.hpp"

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
  return b.emit(*ir::find_operation(op), operands, attributes);
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

ir::Indexed with_index(std::vector<int> target, int count) {
  return {ir::make_index(std::move(target), count)};
}

ir::Numbers ones(std::size_t count) { return std::make_shared<const std::vector<double>>(count, 1.0); }

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
  const Attributes none, index = with_index({1, 0}, 2), constant = ir::Constant{{1, 3}, 0, ones(3)};
  CHECK(index == Attributes(with_index({1, 0}, 2)));
  CHECK(index.hash() == Attributes(with_index({1, 0}, 2)).hash());
  CHECK_FALSE(index == Attributes(with_index({0, 1}, 2)));
  CHECK_FALSE(index == none);
  CHECK(constant == Attributes(ir::Constant{{1, 3}, 0, ones(3)}));
  CHECK_FALSE(constant == Attributes(ir::Constant{{3, 1}, 0, ones(3)}));
  CHECK_FALSE(constant == Attributes(ir::Constant{{1, 3}, 0, nullptr}));
  CHECK(Attributes(ir::Constant{}) == Attributes(ir::Constant{}));  // NaN is NaN
  CHECK_FALSE(Attributes(ir::Exponent{0.0}) == Attributes(ir::Exponent{-0.0}));
  CHECK_FALSE(Attributes(ir::Exponent{1}) == Attributes(ir::Threshold{1}));
  CHECK(Attributes(ir::Exponent{1.5}).as<ir::Exponent>().exponent == 1.5);
  CHECK(Attributes(ir::Exponent{1.5}).find<ir::Threshold>() == nullptr);
  CHECK_THROWS_AS((void)none.as<ir::Exponent>(), InternalError);
}

TEST_CASE("no field of attributes is forgotten by their hash and their text") {
  const std::vector<Attributes> different = {ir::MatrixProduct{},
                                             ir::MatrixProduct{ir::Axis::planes},
                                             ir::MatrixProduct{ir::Axis::rows, true},
                                             ir::Leaf{"x", {1, 2}},
                                             ir::Leaf{"y", {1, 2}},
                                             ir::Leaf{"x", {2, 1}},
                                             ir::Leaf{"x", {1, 2, lanes}},
                                             ir::Leaf{"x", {1, 2, false, Domain::nonneg}},
                                             ir::Leaf{"x", {1, 2, false, Domain::index}},
                                             ir::Leaf{"x", {1, 2, false, Domain::index, 3}},
                                             ir::Rows{1, 2},
                                             ir::Rows{2, 1},
                                             ir::Rows{0, 2},
                                             ir::Constant{{1, 2}, 3},
                                             ir::Constant{{1, 2}, 4},
                                             ir::Constant{{1, 2}, 3, ones(2)},
                                             with_index({0, 1}, 2),
                                             with_index({0, 1}, 3),
                                             with_index({1, 0}, 2)};
  for (std::size_t i = 0; i < different.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) {
      CHECK_MESSAGE(different[i].hash() != different[k].hash(), different[i].text(), " and ",
                    different[k].text());
      CHECK(different[i].text() != different[k].text());
    }
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
  b.origin = "factor 'a' (b.cpp:3)";
  const Value spread = b.gather_rows(part, ir::make_index({0, 1, 0}, 2));
  graph.mark_state(spread);
  b.origin.clear();
  b.layer = -1;
  graph.outputs = {{"total", b.sum_all(b.sub(spread, h))}, {"W too", w}, {"outer", b.outer(h, x)}};
  CHECK(graph.text() ==
        R"text(%0:[1, 4, lanes]+ = input name="mixture" shape=[1, 4, lanes]+
%1:[3, 4]+ = param name="W" shape=[3, 4]+
%2:[1, 3, lanes]+ = matmul %1 %0  # layer 0
%3:[1, 4, lanes]+ = matmul %1 %2 transpose=true  # layer 0
%4:[1, 4, lanes]+ = pow %3 exponent=-1.5  # layer 1
%5:[1, 2, lanes]+ = slice_rows %4 begin=1 count=2  # layer 1
%6:[1, 3, lanes]+ = gather_rows %5 index=(0 1 0 of 2)  # layer 1, state, "factor 'a' (b.cpp:3)"
%7:[1, 3, lanes] = sub %6 %2
%8:[1, 1] = sum_to %7
%9:[3, 4]+ = outer %2 %0
return "total" = %8
return "W too" = %1
return "outer" = %9
)text");
  CHECK(graph.output("W too") == w);
  CHECK_THROWS_WITH_AS(graph.output("loss"), doctest::Contains("no output 'loss'"), InternalError);
}

TEST_CASE("operands that do not fit are refused, and the error names their shapes") {
  const Type wide{2, 3, lanes}, other{2, 4, lanes};
  const auto both_named = [](const std::string& text) {
    return text.find("[2, 3, lanes]") != std::string::npos && text.find("[2, 4, lanes]") != std::string::npos;
  };
  for (const ir::Operation* op : ir::all_operations())
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
  CHECK(names(error_of("sum_to", {wide}, ir::Shape{{2, 2, lanes}}), "[2, 3, lanes] to [2, 2, lanes]"));
  CHECK(names(error_of("sum_to", {{2, 3}}, ir::Shape{{2, 3, lanes}}), "[2, 3] to [2, 3, lanes]"));
  CHECK(names(error_of("broadcast", {wide}, ir::Shape{{2, 3}}), "[2, 3, lanes] over [2, 3]"));
  for (const char* op : {"gather_rows", "gather_planes", "segment_sum_rows", "segment_sum_planes",
                         "segment_log_sum_exp_planes"}) {
    CHECK(names(error_of(op, {wide}, with_index({0, 1, 2, 4}, 5)), "[2, 3, lanes]"));
    CHECK(names(error_of(op, {wide}), "[2, 3, lanes]"));
  }
  CHECK(names(error_of("slice_rows", {wide}, ir::Rows{2, 2}), "rows 2+2 do not fit [2, 3, lanes]"));
  CHECK(names(error_of("slice_rows", {wide}, ir::Rows{-1, 2}), "[2, 3, lanes]"));
  CHECK(names(error_of("pad_rows", {wide}, ir::Rows{2, 4}), "[2, 3, lanes]"));
  CHECK(names(error_of("concat_rows", {wide, {1, 3, lanes}}), "[1, 3, lanes]"));
  CHECK_FALSE(error_of("concat_rows", {}).empty());
  CHECK(names(error_of("exclusive_sum", {wide, other}, with_index({0, 1, 2}, 3)), "[2, 4, lanes]"));
  CHECK(names(error_of("one_hot", {wide}, ir::States{3}), "[2, 3, lanes]"));
  CHECK(names(error_of("constant", {}, ir::Constant{{2, 2}, 0, ones(3)}), "[2, 2]"));
  CHECK(names(error_of("constant", {}, ir::Constant{{2, 2, lanes}, 0}), "[2, 2, lanes]"));
}

TEST_CASE("what is no operation, or has a wrong number of operands, is refused by name and origin") {
  Graph graph;
  Builder b(graph);
  b.origin = "factor 'smooth' (denoiser.cpp:14)";
  const Value x = b.input("x", {1, 2, lanes});
  CHECK_THROWS_WITH_AS(b.emit(ir::ops::add, {x}), doctest::Contains("'add' takes 2 operands, not 1"),
                       InternalError);
  CHECK_THROWS_WITH_AS(b.emit(ir::ops::add, {x, Value{}}), doctest::Contains("denoiser.cpp:14"),
                       InternalError);
  CHECK_THROWS_WITH_AS(b.emit(ir::ops::add, {x, Value{7}}), doctest::Contains("absent value"), InternalError);
  CHECK_THROWS_WITH_AS(b.emit(ir::ops::exp, {x}, ir::Exponent{2}), doctest::Contains("attributes of another"),
                       InternalError);
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
  CHECK(domain("maximum", {real}, ir::Threshold{-1}) == Domain::real);
  CHECK(domain("maximum", {nonneg}, ir::Threshold{-1}) == Domain::nonneg);
  CHECK(domain("maximum", {real}, ir::Threshold{0.5}) == Domain::nonneg);
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
        return b.where(v, b.input("z", {1, 2, lanes}));
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
  static const ir::Operation fickle{.name = "fickle",
                                    .infer = [](const std::vector<Type>& t, const Attributes&) {
                                      return Type{1, rows, t[0].lanes};
                                    }};
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
