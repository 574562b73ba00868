// Exported messages at the edges of the numbers: tiny, huge, certain and impossible.
#include <limits>

#include "c_program.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int rows = 40;
constexpr double impossible = -std::numeric_limits<double>::infinity();

/// Of both signs and all sizes, and zeros.
std::vector<double> wide(std::mt19937& random, std::size_t count) {
  static const std::vector<double> sizes = {0, 1e-30, 1e-8, 1e-3, 0.5, 1, 3, 9, 17, 40, 80, 500, 1e4};
  std::vector<double> x(count);
  for (double& v : x)
    v = static_cast<double>(static_cast<float>(sizes[random() % sizes.size()])) *
        (random() % 2 == 0 ? 1 : -1);
  return x;
}

ir::Graph messages() {
  ir::Graph g;
  ir::Builder b(g);
  const ir::Value x = b.input("x", {1, rows, true}), y = b.input("y", {1, rows, true}),
                  z = b.input("z", {3, rows, true});
  const ir::Value maybe = b.log(b.relu(x));  // -inf where x is not positive
  const ir::Value states = b.add(z, maybe);
  const auto out = [&](const char* name, ir::Value v) { g.outputs.emplace_back(name, v); };
  out("parity", b.parity_message(x, y));
  out("certain parity", b.parity_message(maybe, y));
  out("ising", b.ising_message(x, y));
  out("certain ising", b.ising_message(y, maybe));
  out("maximum", b.ising_max_message(y, maybe));
  out("check of all",
      b.emit(ir::ops::parity_messages, {b.concat_rows({x, y, b.plane(z, 0), maybe})}, ir::SlotRows{rows}));
  out("potts", b.potts_message(x, z));
  out("impossible potts", b.potts_message(y, states));
  out("sums", b.log_sum_exp_planes(states));
  out("largest", b.max_planes(states));
  for (const bool transpose : {false, true}) {
    const std::string side = transpose ? " backwards" : "";
    const ir::Value narrow = b.constant({0.1, -2, 3, 0, 1, -7, 5, 2, -30}, {9, 1}),
                    wide = b.constant({0, impossible, -900, impossible, impossible, 3, 700, -700, 0}, {9, 1});
    out(("table" + side).c_str(), b.table_message(narrow, z, transpose));
    out(("impossible table" + side).c_str(), b.table_message(wide, states, transpose));
    const ir::Value pairs = b.constant({0.5, -80, impossible, 2}, {4, 1});
    for (const bool maximise : {false, true})
      out(("pair" + side + (maximise ? " maximum" : "")).c_str(),
          b.pair_message(pairs, y, transpose, maximise));
  }
  return g;
}

void check_entry(const std::string& what, bool doubles, double exported, double in_double, double in_float) {
  if (exported == in_double || exported == in_float || (std::isnan(exported) && std::isnan(in_double)))
    return;
  const double size = std::max(1.0, std::abs(in_double)), error = std::abs(exported - in_double);
  const double allowed = doubles ? 1e-13 * size : 4 * std::abs(in_float - in_double) + 1e-6 * size;
  CHECK_MESSAGE(error <= allowed, what, ": ", exported, " for ", in_double);
}

}  // namespace

TEST_CASE("exported messages are right from tiny to huge, certain and impossible operands") {
  if (!CProgram::there_is_a_compiler()) return;
  const ir::Graph program = messages();
  constexpr int batch = 4;
  constexpr std::size_t entries = rows * batch;
  std::mt19937 random(5);
  const Numbers leaves = {
      {"x", wide(random, entries)}, {"y", wide(random, entries)}, {"z", wide(random, 3 * entries)}};
  const auto results = [&]<class T>(T) {
    Evaluation<T> evaluation(program, leaves, batch);
    evaluation.executor().require_finite_results = false;
    return evaluation.run();
  };
  const Numbers in_double = results(0.0), in_float = results(0.0F);
  for (const bool doubles : {true, false}) {
    CProgram c(program, {}, batch, doubles);
    const Numbers exported = c.run(leaves);
    REQUIRE(c.status <= 0);
    CHECK(c.status < 0);  // some are infinite
    for (const auto& [name, values] : exported) {
      const std::vector<double>& expected = in_double.at(name);
      for (std::size_t i = 0; i < values.size(); ++i)  // entry by entry: none hides behind large ones
        check_entry(name + " " + std::to_string(i), doubles, values[i], expected[i], in_float.at(name)[i]);
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
