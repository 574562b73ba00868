// Every operation against central differences, in both halves of its split gradient, in single precision, and
// against its expansion.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "backend/cpu/kernels/kernels.hpp"
#include "backend/reference/definitions.hpp"
#include "grad/op_examples.hpp"
#include "passes/passes.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("grad");

namespace unfurl::test {

namespace {

using ir::Value;

/// One sample, a few, and several tiles of which the last is not full.
constexpr int batches[] = {1, 3, 17};

/// The program of an example with a random linear functional of the result as its loss.
struct Functional {
  ExampleProgram program;
  Value loss;
  std::vector<Value> wrt;            ///< operands that a gradient may be asked for
  std::vector<std::size_t> operand;  ///< and their positions
};

/// Adds loss = sum of result * weights; all outputs are named here.
Functional functional_of(ExampleProgram program, const OpExample& example) {
  Functional f{std::move(program), {}, {}, {}};
  ir::Builder b(f.program.graph);
  const ir::Type t = b.type(f.program.result).with(Domain::real);
  const Value weights = t.lanes ? b.input("weights", t) : b.param("weights", t);
  f.loss = b.sum_all(b.mul(f.program.result, weights));
  for (std::size_t i = 0; i < example.operands.size(); ++i)
    if (example.operands[i].type.domain != Domain::index) {
      f.wrt.push_back(f.program.operands[i]);
      f.operand.push_back(i);
    }
  f.program.graph.outputs = {{"value", f.program.result}, {"loss", f.loss}};
  return f;
}

std::string gradient_name(std::size_t operand) { return "gradient " + operand_name(operand); }

/// The outputs "gradient i" of those operands that have one.
void add_gradients(Functional& f) {
  ir::Builder b(f.program.graph);
  const auto gradients = ir::gradient(b, f.loss, b.constant(1), f.wrt);
  for (std::size_t i = 0; i < f.wrt.size(); ++i)
    if (gradients[i]) b.graph().outputs.emplace_back(gradient_name(f.operand[i]), gradients[i]);
}

Numbers draw_all(const OpExample& example, const Functional& f, int batch, std::mt19937& random) {
  Numbers numbers = draw(example, batch, random);
  const ir::Type& t = f.program.graph.type(f.program.result);
  numbers["weights"] = uniform(random, t.size() * static_cast<std::size_t>(t.lanes ? batch : 1), -1, 1);
  return numbers;
}

/// The derivative of the loss with respect to one entry, by differences of fourth order.
double central_difference(Evaluation<double>& loss, double& entry) {
  constexpr double h = 1e-3;
  const double x = entry;
  const auto at = [&](double moved) {
    entry = moved;
    return loss.run().at("loss")[0];
  };
  const double slope = (8 * (at(x + h) - at(x - h)) - (at(x + 2 * h) - at(x - 2 * h))) / (12 * h);
  entry = x;
  return slope;
}

/// Of the example's own, so that others do not change what it is given.
std::mt19937 generator(const OpExample& example, int batch) {
  const std::string text = to_string(example);
  std::seed_seq seed(text.begin(), text.end());
  std::mt19937 random(seed);
  random.discard(static_cast<unsigned long long>(batch));
  return random;
}

void check_against_differences(const OpExample& example, int batch) {
  std::mt19937 random = generator(example, batch);
  Functional f = functional_of(declare(example), example);
  const Numbers numbers = draw_all(example, f, batch, random);
  Evaluation<double> loss(ir::remove_dead(f.program.graph), numbers, batch);
  add_gradients(f);
  const Numbers results = evaluate(ir::optimize(f.program.graph), numbers, batch);
  for (const std::size_t i : f.operand) {
    std::vector<double>& entries = loss.leaves.at(operand_name(i));
    std::vector<double> expected;
    for (double& entry : entries) expected.push_back(central_difference(loss, entry));
    const auto found = results.find(gradient_name(i));
    const std::vector<double> none(entries.size(), 0);
    CHECK_MESSAGE(difference(found == results.end() ? none : found->second, expected) < 1e-8,
                  to_string(example), ", operand ", i, ", ", batch, " samples");
  }
}

/// The halves of split_gradient() as outputs "plus i" and "minus i"; absent ones are zero.
void add_split(Functional& f) {
  ir::Builder b(f.program.graph);
  const auto halves = ir::split_gradient(b, f.loss, b.constant(1), f.wrt, ir::Cancel::never);
  for (std::size_t i = 0; i < f.wrt.size(); ++i) {
    if (halves[i].plus) b.graph().outputs.emplace_back("plus " + operand_name(f.operand[i]), halves[i].plus);
    if (halves[i].minus)
      b.graph().outputs.emplace_back("minus " + operand_name(f.operand[i]), halves[i].minus);
  }
}

/// plus - minus, after checking that both are non-negative.
std::vector<double> joined_halves(const Numbers& results, std::size_t operand, std::size_t size) {
  std::vector<double> total(size, 0);
  for (const auto& [half, sign] : {std::pair{"plus ", 1.0}, std::pair{"minus ", -1.0}}) {
    const auto found = results.find(half + operand_name(operand));
    if (found == results.end()) continue;
    REQUIRE(found->second.size() == size);
    CHECK(*std::min_element(found->second.begin(), found->second.end()) >= 0);
    for (std::size_t i = 0; i < size; ++i) total[i] += sign * found->second[i];
  }
  return total;
}

void check_split(const OpExample& example, int batch, std::mt19937& random) {
  Functional f = functional_of(declare(example), example);
  const Numbers numbers = draw_all(example, f, batch, random);
  add_gradients(f);
  add_split(f);
  const Numbers results = evaluate(ir::optimize(f.program.graph), numbers, batch);
  for (const std::size_t i : f.operand) {
    CAPTURE(to_string(example));
    CAPTURE(i);
    CAPTURE(batch);
    const std::size_t size = numbers.at(operand_name(i)).size();
    const auto found = results.find(gradient_name(i));
    const std::vector<double> gradient =
        found == results.end() ? std::vector<double>(size, 0) : found->second;
    CHECK(difference(joined_halves(results, i, size), gradient) < 1e-12);
  }
}

/// The same example with the operation written in primitive ones.
ExampleProgram expanded(const OpExample& example) {
  ExampleProgram program = declare(example);
  ir::Builder b(program.graph);
  program.result = ir::find_operation(example.op)->expand(b, program.operands, example.attributes);
  return program;
}

}  // namespace

TEST_CASE("every operation has an example") {
  std::set<std::string> known;
  for (const OpExample& example : op_examples()) known.insert(example.op);
  for (const ir::Operation* op : ir::all_operations())
    CHECK_MESSAGE((op->arity == 0 || known.count(op->name) == 1), "no example of '", op->name, "'");
}

TEST_CASE("every operation is listed once and can be found by its name") {
  std::set<std::string> names;
  for (const ir::Operation* op : ir::all_operations()) {
    CHECK_MESSAGE(names.insert(op->name).second, op->name);
    CHECK(ir::find_operation(op->name) == op);
    CHECK((op->infer != nullptr));
    CHECK_MESSAGE((op->arity == 0) != (cpu::find_kernels(*op) != nullptr), op->name);
    CHECK_MESSAGE((op->arity == 0) != (reference::find_definition(*op) != nullptr), op->name);
    CHECK_MESSAGE((!op->vjp || op->sign), "'", op->name, "' has a gradient but no rule of signs");
  }
  CHECK(ir::find_operation("add_two") == nullptr);
}

TEST_CASE("gradients equal central differences") {
  for (const OpExample& example : op_examples())
    for (const int batch : batches) {
      check_against_differences(example, batch);
      check_against_differences(with_nonneg_domains(example), batch);
    }
}

TEST_CASE("the halves of a split gradient are non-negative and their difference is the gradient") {
  std::mt19937 random(2);
  for (const OpExample& example : op_examples())
    for (const int batch : batches) {
      check_split(example, batch, random);
      check_split(with_nonneg_domains(example), batch, random);
    }
}

TEST_CASE("values and gradients in single precision are those in double precision") {
  for (const OpExample& example : op_examples())
    for (const int batch : batches) {
      Functional f = functional_of(declare(example), example);
      std::mt19937 random = generator(example, batch);
      Numbers numbers = draw_all(example, f, batch, random);
      for (auto& [name, values] : numbers)
        for (double& x : values) x = static_cast<float>(x);  // the same numbers for both
      add_gradients(f);
      const ir::Graph program = ir::optimize(f.program.graph);
      const Numbers single = evaluate<float>(program, numbers, batch),
                    exact = evaluate(program, numbers, batch);
      double terms = 0;  // of the loss, which is as exact as they are, however little they add up to
      for (const double v : exact.at("value")) terms += std::isfinite(v) ? std::abs(v) : 0;
      for (const auto& [name, values] : exact) {
        const double scale = name == "loss" ? std::max(1.0, terms / std::max(1.0, std::abs(values[0]))) : 1;
        CHECK_MESSAGE(difference(single.at(name), values) < 4e-6 * scale, to_string(example), ": ", name);
      }
    }
}

TEST_CASE("macro operations equal their expansions in value, gradient and split gradient") {
  std::mt19937 random(4);
  std::set<std::string> compared;
  for (const OpExample& plain : op_examples())
    for (const OpExample& example : {plain, with_nonneg_domains(plain)}) {
      if (!ir::find_operation(example.op)->expand) continue;
      compared.insert(example.op);
      Functional macro = functional_of(declare(example), example);
      Functional primitive = functional_of(expanded(example), example);
      const Numbers numbers = draw_all(example, macro, 3, random);
      for (Functional* f : {&macro, &primitive}) add_gradients(*f), add_split(*f);
      const Numbers a = evaluate(ir::optimize(macro.program.graph), numbers, 3);
      const Numbers b = evaluate(ir::optimize(primitive.program.graph), numbers, 3);
      CAPTURE(to_string(example));
      CHECK(difference(a.at("value"), b.at("value")) < 1e-14);
      for (const std::size_t i : macro.operand) {
        CHECK(difference(a.at(gradient_name(i)), b.at(gradient_name(i))) < 1e-12);
        // The halves themselves differ: those of the macro operation are the finer cut.
        const std::size_t size = numbers.at(operand_name(i)).size();
        CHECK(difference(joined_halves(a, i, size), joined_halves(b, i, size)) < 1e-12);
      }
    }
  for (const ir::Operation* op : ir::all_operations())
    CHECK((op->expand != nullptr) == (compared.count(op->name) == 1));
}

TEST_CASE("a gradient is absent where the loss does not depend on a value, even one declared after it") {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value x = b.param("x", {1, 2}), unused = b.param("unused", {1, 2});
  const Value loss = b.sum_all(b.square(x));
  std::vector<Value> late;
  for (int i = 0; i < 100; ++i) late.push_back(b.param("late" + std::to_string(i), {1, 2}));
  for (const Value v : late) {
    const auto gradients = ir::gradient(b, loss, b.constant(1), {x, unused, v});
    CHECK(gradients[0]);
    CHECK_FALSE(gradients[1]);
    CHECK_FALSE(gradients[2]);
    const auto halves = ir::split_gradient(b, loss, b.constant(1), {v, x}, ir::Cancel::never);
    CHECK_FALSE((halves[0].plus || halves[0].minus));
    CHECK((halves[1].plus || halves[1].minus));
  }
}

TEST_CASE("a value between the operands and the loss has a gradient too") {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {1, 2, true}), y = b.tanh(x);
  const Value loss = b.sum_all(b.square(y));
  const auto g = ir::gradient(b, loss, b.constant(3), {y, loss});
  graph.outputs = {{"y", y}, {"dy", g[0]}, {"seed", g[1]}};
  const Numbers r = evaluate(ir::optimize(graph), {{"x", {0.1, -0.4, 2, 0.7}}}, 2);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(r.at("dy")[i] == doctest::Approx(6 * r.at("y")[i]).epsilon(1e-14));
  CHECK(r.at("seed")[0] == 3);
}

}  // namespace unfurl::test

TEST_SUITE_END();
