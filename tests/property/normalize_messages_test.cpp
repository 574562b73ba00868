// Messages that are normalised where they are computed are what they were, with gradients, up to last digits, whatever the numbers.
#include <doctest/doctest.h>

#include <set>

#include "passes/passes.hpp"
#include "property/random_program.hpp"
#include "unfurl/extend/gradient.hpp"
#include "unfurl/unfurl.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Graph;
using ir::Value;

constexpr int factors = 5, other_factors = 3, batch = 7;

std::set<std::string> operations(const Graph& graph) {
  std::set<std::string> names;
  for (int i = 0; i < graph.size(); ++i) names.insert(graph[Value{i}].op->name);
  return names;
}

/// Messages of four states to three through one table, and through another the other way round or from other factors; joined and
/// normalised; with their gradients.
Graph program(bool joined, bool watched) {
  Graph graph;
  ir::Builder b(graph);
  const Value x = b.input("x", {4, factors, true}), z = b.input("z", {3, other_factors, true});
  const Value m = b.param("m", {12, 1}), n = b.param("n", {9, other_factors});
  const Value first = b.table_message(m, x), second = b.table_message(n, z, true);
  const Value y = b.normalize_planes(joined ? b.concat_rows({first, second}) : first);
  const Value weights = b.input("weights", {3, joined ? factors + other_factors : factors, true});
  const Value possible = b.greater(y, -1e29);
  const Value loss = b.sum_all(b.where(b.mul(weights, b.maximum(y, -1e30)), possible));
  std::vector<Value> leaves{x, m};
  if (joined) leaves.insert(leaves.end(), {z, n});
  const auto gradients = ir::gradient(b, loss, b.constant(1), leaves);
  graph.outputs = {{"y", b.maximum(y, -1e30)}, {"x", gradients[0]}, {"m", gradients[1]}};
  if (joined) graph.outputs.insert(graph.outputs.end(), {{"z", gradients[2]}, {"n", gradients[3]}});
  if (watched) graph.outputs.emplace_back("before", b.maximum(first, -1e30));
  return graph;
}

/// Numbers up to `far` from each other; of tables, some entries are impossible.
Numbers numbers(const Graph& graph, double far, unsigned seed) {
  Numbers all = random_numbers(graph, batch, seed);
  std::mt19937 random(seed);
  for (auto& [name, values] : all)
    for (double& v : values) {
      if (name == "weights") continue;
      if (random() % 3 == 0) v *= far;
      if ((name == "m" || name == "n") && random() % 9 == 0) v = -std::numeric_limits<double>::infinity();
    }
  // Some result of every factor is possible.
  for (const char* name : {"m", "n"})
    for (std::size_t i = 0; i < all.at(name).size(); ++i)
      if (std::isinf(all.at(name)[i]) && i % 4 == 0) all.at(name)[i] = -far;
  return all;
}

template <class T>
void check(const Graph& before, const Graph& after, double far, unsigned seed, double tolerance) {
  const Numbers given = numbers(before, far, seed);
  Numbers rounded = given;
  for (auto& [name, values] : rounded)
    for (double& v : values) v = static_cast<double>(static_cast<T>(v));
  const Numbers expected = interpret(before, rounded, batch), found = evaluate<T>(after, rounded, batch);
  for (const auto& [name, values] : expected) {
    CAPTURE(name);
    CAPTURE(seed);
    REQUIRE(found.at(name).size() == values.size());
    double scale = 1;
    for (const double v : values)
      if (v > -1e29) scale = std::max(scale, std::abs(v));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] < -1e29)
        CHECK(found.at(name)[i] < -1e29);
      else
        CHECK(std::abs(found.at(name)[i] - values[i]) <= tolerance * scale);
    }
  }
}

}  // namespace

TEST_CASE("messages and their normalisation become one operation, with gradients") {
  for (const bool joined : {false, true}) {
    CAPTURE(joined);
    const Graph before = program(joined, false), after = ir::normalize_messages(ir::remove_dead(before));
    ir::verify(after);
    const std::set<std::string> left = operations(after);
    for (const char* gone :
         {"table_message", "table_pull", "table_sums", "normalize_planes", "normalize_planes_pull"})
      CHECK_FALSE(left.contains(gone));
    for (const char* new_one : {"normalized_table_message", "normalized_table_pull", "normalized_table_sums"})
      CHECK(left.contains(new_one));
    for (unsigned seed = 0; seed < 30; ++seed) {
      check<double>(before, after, 1, seed, 1e-12);
      check<double>(before, after, 300, seed, 1e-11);
      check<double>(before, after, 1500, seed, 1e-10);
      check<float>(before, after, 1, seed, 2e-5);
      check<float>(before, after, 40, seed, 1e-3);
      check<float>(before, after, 200, seed, 1e-3);
    }
  }
}

TEST_CASE("messages that others read before they are normalised stay") {
  const Graph before = program(true, true), after = ir::normalize_messages(ir::remove_dead(before));
  CHECK(operations(after).contains("normalize_planes"));
  CHECK_FALSE(operations(after).contains("normalized_table_message"));
  check<double>(before, after, 1, 3, 1e-12);
}

}  // namespace unfurl::test

TEST_SUITE_END();
