// The executor against a plain interpreter, and against itself: threads, tiles, memory, failures.
#include <doctest/doctest.h>

#include "backend/cpu/executor.hpp"
#include "passes/passes.hpp"
#include "program/operations.hpp"
#include "property/random_program.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using exec::Exchange;
using exec::Executor;
using ir::Graph;
using ir::Type;
using ir::Value;

constexpr bool lanes = true;

void check_close(const Numbers& found, const Numbers& expected, double tolerance, const std::string& which) {
  REQUIRE(found.size() == expected.size());
  for (const auto& named : expected) {
    const double error = difference(found.at(named.first), named.second);
    CHECK_MESSAGE(error <= tolerance, which, ", ", named.first);
  }
}

std::string label(unsigned seed, int batch) { return detail::cat("program ", seed, ", ", batch, " samples"); }

/// Runs y = f(x) for x of one row where `write` gives f.
template <class Write>
Graph program_of(Write write) {
  Graph graph;
  ir::Builder b(graph);
  graph.outputs = {{"y", write(b, b.input("x", {1, 1, lanes}))}};
  return graph;
}

}  // namespace

TEST_CASE("the executor computes what a plain interpreter computes") {
  for (unsigned seed = 0; seed < 120; ++seed) {
    const Graph program = ir::optimize(random_program(seed, 60));
    for (const int batch : {1, 4, 5, 21, 70}) {
      const Numbers numbers = random_numbers(program, batch, seed);
      check_close(evaluate(program, numbers, batch), interpret(program, numbers, batch), 5e-12,
                  label(seed, batch));
    }
  }
}

TEST_CASE("sums begin anew in every run, whatever their first sign, and take products of other totals") {
  Graph program;
  ir::Builder b(program);
  const Value x = b.input("x", {1, 19, lanes}), y = b.input("y", {1, 19, lanes}), w = b.param("w", {1, 19});
  const Value late = b.outer(w, b.sum_to(y, {1, 19}));
  const Value negative = b.emit(ir::ops::neg, {b.outer(y, y)});
  program.outputs = {{"less", b.emit(ir::ops::sub, {b.outer(x, y), late})},
                     {"more", b.emit(ir::ops::add, {b.emit(ir::ops::add, {negative, b.outer(y, x)}),
                                                    b.outer(b.sum_to(x, {1, 19}), w)})}};
  const auto plan = exec::make_plan(program);
  for (const int batch : {1, 5, 70, 3000}) {
    const Numbers numbers = random_numbers(program, batch, 1), expected = interpret(program, numbers, batch);
    check_close(evaluate(program, numbers, batch), expected, 1e-11, detail::cat(batch, " samples"));
    Executor<double> executor(plan, 2);
    Exchange<double> exchange;
    exchange.load = [&](const std::string& name, int first, int width, double* to) {
      for (int e = 0; e < 19; ++e)
        for (int l = 0; l < width; ++l)
          to[e * width + l] = numbers.at(name)[at(e) * at(batch) + at(first + l)];
    };
    executor.bind("w", numbers.at("w").data());
    for (int run = 0; run < 2; ++run) executor.run(batch, exchange);
    for (const auto& [name, values] : expected)
      CHECK(difference({executor.result(name), executor.result(name) + values.size()}, values) <= 1e-11);
  }
}

TEST_CASE("messages of samples that fill half a packet are those of each sample alone, to the bit") {
  Graph program;
  ir::Builder b(program);
  const Value message = b.input("m", {3, 5, lanes}), coupling = b.param("J", {3, 5});
  program.outputs = {{"messages", b.ising_message(coupling, message)},
                     {"slopes", b.parity_slope(coupling, message)},
                     {"slopes_of_couplings", b.parity_slope(message, coupling)}};
  const Numbers numbers = random_numbers(program, 8, 1);
  const auto check = [&]<class T>(T) {
    const Numbers together = evaluate<T>(program, numbers, 8);
    for (std::size_t i = 0; i < 8; ++i)
      for (const auto& [name, alone] :
           evaluate<T>(program, samples(program, numbers, 8, static_cast<int>(i), 1), 1))
        for (std::size_t e = 0; e < alone.size(); ++e) CHECK(together.at(name)[8 * e + i] == alone[e]);
  };
  check(float{});
  check(double{});
}

#if defined(__SSE2__) || defined(__aarch64__)

TEST_CASE("what is too small for full precision becomes zero in a run, and only there") {
  const Graph program = program_of([](ir::Builder& b, Value x) { return b.mul(x, x); });
  Executor<float> executor(exec::make_plan(program), 2);
  const std::vector<float> x(64, 1e-20f);
  std::vector<float> y(x.size(), 1);
  Exchange<float> exchange;
  exchange.load = [&](const std::string&, int first, int n, float* to) {
    std::copy_n(&x[static_cast<std::size_t>(first)], n, to);
  };
  exchange.store = [&](const std::string&, int first, int n, const float* from) {
    std::copy_n(from, n, &y[static_cast<std::size_t>(first)]);
  };
  executor.run(static_cast<int>(x.size()), exchange);
  CHECK(y == std::vector<float>(x.size(), 0));
  const volatile float tiny = 1e-20f;
  CHECK(tiny * tiny > 0);
}
#endif

TEST_CASE("programs that are only slices and concatenations come out exactly") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Graph graph;
    ir::Builder b(graph);
    std::vector<Value> values = {b.input("x", {1, 6, lanes}), b.input("y", {1, 3, lanes})};
    for (int i = 0; i < 12; ++i) {
      const auto any = [&] {
        return values[values.size() - 1 -
                      static_cast<std::size_t>(below(std::min(6, static_cast<int>(values.size()))))];
      };
      const Value v = any();
      const int rows = graph.type(v).rows, begin = below(rows), kind = below(4);
      if (kind == 0)
        values.push_back(b.slice_rows(v, begin, 1 + below(rows - begin)));
      else if (kind == 1)
        values.push_back(b.neg(v));
      else if (rows < 20)
        values.push_back(b.concat_rows({v, any(), any()}));
    }
    for (std::size_t i = 0; i < values.size(); i += 1 + random() % 4)
      graph.outputs.emplace_back(std::to_string(i), values[i]);
    for (const int batch : {1, 19, 33}) {
      const Numbers numbers = random_numbers(graph, batch, seed);
      check_close(evaluate(graph, numbers, batch), interpret(graph, numbers, batch), 0, label(seed, batch));
    }
  }
}

TEST_CASE("outputs and gradients have the same bits for any number of threads") {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const Graph program = ir::optimize(random_program(seed, 60));
    for (const int batch : {1, 2, 7, 16, 33, 64, 257, 1000}) {
      const Numbers numbers = random_numbers(program, batch, seed);
      const Numbers single = evaluate(program, numbers, batch, 1);
      for (const int threads : {2, 3, 4})
        check_close(evaluate(program, numbers, batch, threads), single, 0, label(seed, batch));
      const Numbers single_float = evaluate<float>(program, numbers, batch, 1);
      check_close(evaluate<float>(program, numbers, batch, 4), single_float, 0, label(seed, batch));
    }
  }
}

TEST_CASE("so many tiles that several share an accumulator") {
  constexpr int batch = 5000;
  for (unsigned seed = 0; seed < 3; ++seed) {
    const Graph program = ir::optimize(random_program(seed, 30));
    REQUIRE(batch > 32 * exec::tile_lanes(*exec::make_plan(program), batch));
    const Numbers numbers = random_numbers(program, batch, seed), single = evaluate(program, numbers, batch);
    check_close(single, interpret(program, numbers, batch), 1e-11, label(seed, batch));
    for (const int threads : {2, 4})
      check_close(evaluate(program, numbers, batch, threads), single, 0, label(seed, batch));
  }
}

TEST_CASE("many samples at once equal one sample at a time") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph program = ir::optimize(random_program(seed, 40));
    for (const int batch : {7, 41}) {
      const Numbers numbers = random_numbers(program, batch, seed);
      Evaluation<double> one(program, numbers, 1);
      Numbers joined;
      for (int s = 0; s < batch; ++s) {
        one.leaves = samples(program, numbers, batch, s, 1);
        for (const auto& [name, values] : one.run()) {
          std::vector<double>& to = joined[name];
          to.resize(values.size() * static_cast<std::size_t>(batch));
          for (std::size_t e = 0; e < values.size(); ++e)
            to[e * static_cast<std::size_t>(batch) + static_cast<std::size_t>(s)] = values[e];
        }
      }
      for (const auto& named : evaluate(program, numbers, batch))
        if (program.type(program.output(named.first)).lanes)
          CHECK_MESSAGE(difference(joined.at(named.first), named.second) < 1e-12, label(seed, batch), ", ",
                        named.first);
    }
  }
}

TEST_CASE("a sum over the samples is the sum of what each sample gives") {
  Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {1, 3, lanes}), w = b.param("w", {2, 3});
  const Value h = b.tanh(b.matmul(w, x));
  const Value loss = b.sum_all(b.square(h));
  graph.outputs = {{"loss", loss}, {"gradient", ir::gradient(b, loss, b.constant(1), {w})[0]}};
  for (const int batch : {7, 33, 257}) {
    const Numbers numbers = random_numbers(graph, batch, 3), all = evaluate(graph, numbers, batch, 2);
    Numbers total = {{"loss", {0}}, {"gradient", std::vector<double>(6, 0)}};
    for (int s = 0; s < batch; ++s)
      for (const auto& [name, values] : evaluate(graph, samples(graph, numbers, batch, s, 1), 1))
        for (std::size_t i = 0; i < values.size(); ++i) total[name][i] += values[i];
    check_close(all, total, 1e-12, detail::cat(batch, " samples"));
  }
}

TEST_CASE("memory filled with NaN changes nothing, and reuse never needs more than no reuse") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph program = ir::optimize(random_program(seed, 60));
    const int batch = 1 + static_cast<int>(seed);
    Evaluation<double> run(program, random_numbers(program, batch, seed), batch, 2);
    const Numbers clean = run.run();
    run.executor().poison = true;
    check_close(run.run(), clean, 0, label(seed, batch));
    const exec::Plan& plan = run.executor().plan();
    CHECK(plan.tile_size <= plan.total_size);
  }
}

TEST_CASE("an executor gives the same bits after other batches, parameters and failures") {
  const Graph program = ir::optimize(random_program(4, 60));
  auto plan = exec::make_plan(program);
  Executor<double> reused(plan, 2);
  for (const int batch : {33, 5, 257, 1, 33}) {
    Executor<double> fresh(plan, 2);
    const Numbers numbers = random_numbers(program, batch, static_cast<unsigned>(batch));
    std::vector<std::vector<double>> totals;
    for (Executor<double>* executor : {&reused, &fresh}) {
      for (const Value v : plan->external) {
        const std::string& name = program[v].name();
        executor->bind(name, numbers.at(name).data());
      }
      Exchange<double> exchange;
      const auto load = [&](const std::string& name, int first, int count, double* to) {
        const std::vector<double>& from = numbers.at(name);
        for (std::size_t e = 0; e < from.size(); e += static_cast<std::size_t>(batch))
          for (int l = 0; l < count; ++l) *to++ = from[e + static_cast<std::size_t>(first + l)];
      };
      exchange.load = [&](const std::string&, int, int, double*) { throw DataError("no sample"); };
      if (executor == &reused) CHECK_THROWS_AS(executor->run(batch, exchange), DataError);
      exchange.load = load;
      executor->run(batch, exchange);
      std::vector<double>& values = totals.emplace_back();
      for (const auto& [name, v] : program.outputs)
        if (!program.type(v).lanes)
          values.insert(values.end(), executor->result(name),
                        executor->result(name) + program.type(v).size());
    }
    CHECK(totals[0] == totals[1]);
  }
}

TEST_CASE("no samples give empty outputs and zero sums") {
  Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {1, 2, lanes}), p = b.param("p", {1, 2});
  graph.outputs = {{"total", b.sum_all(x)}, {"more", b.add(b.sum_all(x), b.sum_all(p))}};
  const Numbers r = evaluate(graph, {{"x", {}}, {"p", {3, 4}}}, 0, 2);
  CHECK(r.at("total") == std::vector<double>{0});
  CHECK(r.at("more") == std::vector<double>{7});
}

TEST_CASE("single precision stays near double precision through whole programs") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph program = ir::optimize(random_program(seed, 40));
    Numbers numbers = random_numbers(program, 9, seed);
    for (auto& [name, values] : numbers)
      for (double& x : values) x = static_cast<float>(x);
    const Numbers exact = evaluate(program, numbers, 9), single = evaluate<float>(program, numbers, 9);
    // Not the gradients: a gate of float may fall on the other side of its kink.
    for (const char* name : {"loss", "sum", "tree"})
      CHECK(difference(single.at(name), exact.at(name)) < 1e-4);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
