// What a plan decides: when every value is computed, where it lives, how wide tiles are.
#include <doctest/doctest.h>

#include "backend/cpu/plan.hpp"
#include "passes/passes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using exec::Phase;
using exec::Place;
using exec::Plan;
using ir::Builder;
using ir::Graph;
using ir::Value;

constexpr bool lanes = true;

Phase phase_of(const Plan& plan, Value v) { return plan.phase[static_cast<std::size_t>(v.id)]; }
Place place_of(const Plan& plan, Value v) { return plan.place[static_cast<std::size_t>(v.id)]; }
std::size_t offset_of(const Plan& plan, Value v) {
  REQUIRE((place_of(plan, v).area == Place::Area::tile));
  return place_of(plan, v).offset;
}

/// A program being written, and its plan.
struct Fixture {
  Graph graph;
  Builder b{graph};
  Value input(const char* name, int rows, int planes = 1) { return b.input(name, {planes, rows, lanes}); }
  void output(const std::string& name, Value v) { graph.outputs.emplace_back(name, v); }
  std::shared_ptr<const Plan> plan() const { return exec::make_plan(graph); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "values are computed before, in, over, or after the tiles") {
  const Value x = input("x", 3), w = b.param("w", {1, 3}), alone = b.input("alone", {1, 3});
  const Value prelude = b.exp(w);
  const Value tile = b.mul(x, prelude);
  const Value sum = b.sum_to(tile, {1, 3});
  const Value after = b.div(sum, prelude);
  output("after", after);
  output("alone", b.add(prelude, alone));
  const auto made = plan();
  CHECK((phase_of(*made, prelude) == Phase::before));
  CHECK((phase_of(*made, tile) == Phase::tile));
  CHECK((phase_of(*made, sum) == Phase::sum));
  CHECK((phase_of(*made, after) == Phase::after));
  CHECK((place_of(*made, w).area == Place::Area::external));
  CHECK((place_of(*made, alone).area == Place::Area::external));
  CHECK((place_of(*made, prelude).area == Place::Area::once));
  CHECK((place_of(*made, x).area == Place::Area::tile));
  CHECK((place_of(*made, sum).area == Place::Area::sums));
  CHECK(made->inputs == std::vector<Value>{x});
  CHECK(made->external == std::vector<Value>{w, alone});
  CHECK(made->before.size() == 2);
  CHECK(made->tile.size() == 2);
  CHECK(made->after.size() == 1);
  CHECK(made->sums_size == 3);
}

TEST_CASE_FIXTURE(Fixture, "a sum over the samples cannot flow back into them") {
  const Value x = input("x", 3);
  b.origin = "factor 'centre' (denoiser.cpp:14)";
  output("y", b.sub(x, b.sum_to(x, {1, 3})));
  CHECK_THROWS_WITH_AS(plan(), doctest::Contains("depends on a sum over samples"), InternalError);
  CHECK_THROWS_WITH_AS(plan(), doctest::Contains("denoiser.cpp:14"), InternalError);
}

TEST_CASE_FIXTURE(Fixture, "a tree of sums that nobody else reads is one accumulator, with signs") {
  const Value x = input("x", 3), y = input("y", 3);
  const Value first = b.outer(x, y), second = b.outer(y, x), third = b.outer(x, x), fourth = b.outer(y, y);
  const Value inner = b.emit(ir::ops::sub, {second, third});
  const Value total =
      b.emit(ir::ops::sub, {b.emit(ir::ops::add, {first, b.emit(ir::ops::neg, {fourth})}), inner});
  output("total", total);
  const auto made = plan();
  CHECK(made->sums_size == 9);
  CHECK(made->after.empty());
  std::vector<std::pair<int, int>> signs;
  for (const exec::Step& step : made->tile)
    if (step.phase == Phase::sum) signs.emplace_back(step.value.id, step.sign);
  CHECK((signs ==
         std::vector<std::pair<int, int>>{{first.id, 1}, {second.id, -1}, {third.id, 1}, {fourth.id, -1}}));
  for (const Value v : {first, second, third, fourth, inner, total})
    CHECK((place_of(*made, v).area == Place::Area::sums && place_of(*made, v).offset == 0));
}

TEST_CASE_FIXTURE(Fixture, "an outer product of totals goes where the sums go that it is added to") {
  const Value x = input("x", 3), y = input("y", 3), ones = b.param("ones", {1, 3});
  const Value sum = b.outer(x, y), late = b.outer(ones, b.sum_to(y, {1, 3}));
  output("total", b.emit(ir::ops::sub, {sum, late}));
  output("alone", b.outer(ones, b.sum_to(x, {1, 3})));
  const auto made = plan();
  CHECK(made->sums_size == 9 + 3 + 3);
  CHECK(made->once_size == 9);
  REQUIRE(made->after.size() == 2);
  CHECK(made->after[0].value == late);
  CHECK(made->after[0].sign == -1);
  CHECK((place_of(*made, late).area == Place::Area::sums));
  CHECK(place_of(*made, late).offset == place_of(*made, sum).offset);
}

TEST_CASE_FIXTURE(Fixture, "a sum that is read twice, or is an output, keeps an accumulator of its own") {
  const Value x = input("x", 3), y = input("y", 2);
  const Value a = b.sum_all(x), c = b.sum_all(y), d = b.sum_all(b.exp(x));
  const Value total = b.add(b.add(a, c), d);
  output("total", total);
  output("c", c);
  output("squared", b.square(d));
  const auto made = plan();
  CHECK(made->sums_size == 3);
  CHECK(made->after.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a slice lies inside what it is cut from, also slice in slice") {
  const Value x = input("x", 10), h = b.tanh(x);
  const Value part = b.slice_rows(h, 3, 5), inner = b.slice_rows(part, 2, 2);
  output("part", b.exp(part));
  output("inner", b.exp(inner));
  const auto made = plan();
  CHECK(offset_of(*made, part) == offset_of(*made, h) + 3);
  CHECK(offset_of(*made, inner) == offset_of(*made, h) + 5);
}

TEST_CASE_FIXTURE(
    Fixture, "parts are written straight into their concatenation; inputs and repeated parts are copied") {
  const Value x = input("x", 2), a = b.exp(x), c = b.tanh(x);
  const Value joined = b.concat_rows({a, x, c, a});
  const Value inside = b.slice_rows(joined, 1, 4);
  output("y", b.sigmoid(joined));
  output("z", b.sigmoid(inside));
  const auto made = plan();
  const std::size_t begin = offset_of(*made, joined);
  CHECK(offset_of(*made, a) == begin);
  CHECK(offset_of(*made, c) == begin + 4);
  CHECK(offset_of(*made, inside) == begin + 1);
  CHECK((offset_of(*made, x) + 2 <= begin || offset_of(*made, x) >= begin + 8));
}

TEST_CASE_FIXTURE(Fixture, "slices of several planes are copied: their rows are not neighbours") {
  const Value x = input("x", 4, 2), part = b.slice_rows(x, 1, 2);
  output("x", x);
  output("part", part);
  const auto made = plan();
  CHECK(offset_of(*made, part) >= offset_of(*made, x) + 8);
}

TEST_CASE_FIXTURE(Fixture, "a chain of entrywise operations needs one place") {
  const Value x = input("x", 50);
  Value v = x;
  for (int i = 0; i < 20; ++i) v = b.tanh(b.exp(v));
  output("y", v);
  const auto made = plan();
  CHECK(made->tile_size == 50);
  CHECK(made->total_size == 41 * 50);
  CHECK(offset_of(*made, v) == offset_of(*made, x));
}

TEST_CASE_FIXTURE(Fixture, "what is read later or is an output keeps its place") {
  const Value x = input("x", 5), h = b.exp(x), early = b.tanh(x);
  const Value y = b.matmul(b.param("w", {5, 5}), h), z = b.mul(y, x);
  output("z", z);
  output("early", early);
  const auto made = plan();
  for (const Value other : {h, early, y}) CHECK(offset_of(*made, other) != offset_of(*made, x));
  for (const Value other : {h, y, z}) CHECK(offset_of(*made, other) != offset_of(*made, early));
  CHECK(offset_of(*made, y) != offset_of(*made, h));  // a product cannot overwrite what it reads
}

TEST_CASE("inference needs memory that does not depend on the number of layers") {
  const auto memory = [](int depth) {
    Fixture f;
    const Value x = f.input("x", 40), w = f.b.param("w", {30, 40});
    Value h = f.input("h", 30);
    for (int k = 0; k < depth; ++k)
      h = f.b.mul(h, f.b.matmul(w, f.b.div(x, f.b.exp(f.b.matmul(w, h, true)))));
    f.output("h", h);
    return f.plan()->tile_size;
  };
  CHECK(memory(4) == memory(2));
  CHECK(memory(50) == memory(2));
}

TEST_CASE("tiles are as wide as the cache allows, even, and never wider than the batch") {
  const auto tile = [](int rows, int batch) {
    Fixture f;
    f.output("y", f.b.exp(f.input("x", rows)));
    return exec::tile_lanes(*f.plan(), batch);
  };
  for (const int rows : {1, 100, 1000, 100000})
    for (const int batch : {1, 2, 7, 8, 16, 33, 64, 257, 5000}) {
      const int width = tile(rows, batch);
      CAPTURE(rows);
      CAPTURE(batch);
      CHECK(width >= 1);
      CHECK(width <= std::min(batch, 128));
      CHECK((width == batch || width % 8 == 0));
    }
  CHECK(tile(10, 5000) == 128);
  CHECK(tile(100000, 5000) == 16);
  CHECK(tile(10, 64) == 32);
  CHECK(tile(10, 5) == 5);
}

}  // namespace unfurl::test

TEST_SUITE_END();
