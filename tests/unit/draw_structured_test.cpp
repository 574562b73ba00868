// Drawings of factors of many variables and of real variables.
#include <doctest/doctest.h>

#include "draw_helpers.hpp"
#include "unfurl/draw.hpp"
#include "unfurl/factors.hpp"

using namespace unfurl;
using drawing::count;

namespace {

/// Checks in a row, each of which shares a bit with the next.
Model code(int checks, int degree) {
  Model m("code");
  const auto x = m.discrete("x", {checks * (degree - 1) + 1}, 2);
  std::vector<std::vector<int>> scopes;
  for (int c = 0; c < checks; ++c) {
    scopes.emplace_back();
    for (int k = 0; k < degree; ++k) scopes.back().push_back(c * (degree - 1) + k);
  }
  m.factor("channel", each(x), Field{m.observed("r", {x.size()})});
  m.factor("checks", tuples(x, scopes), Parity{});
  return m;
}

Model real_grid(int height, int width) {
  Model m("real_grid");
  const auto x = m.continuous("x", {height, width});
  m.factor("data", each(x), Gaussian{m.param("trust", 1.0), m.observed("y", {height, width})});
  m.factor("smooth", grid4(x), GaussianDifference{m.param("w", 0.5)});
  return m;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("draw: factors of many variables, one by one and as plates") {
    CHECK(count(factor_dot(code(3, 4)), "\"checks[1]\" -- ") == 4);
    const std::string large = factor_dot(code(2, 1000));
    CHECK(count(large, "2 factors of 1000") == 1);
    CHECK(count(large, "1000 each") == 1);
    CHECK(count(large, "Parity()") == 1);
    for (const Model& m : {code(3, 4), code(2, 5), code(2, 1000)})
      CHECK(drawing::overlap(to_svg(factor_dot(m))) == "");
  }

  TEST_CASE("draw: real variables stand as discrete ones do, and plates say that they are real") {
    const std::string small = factor_dot(real_grid(3, 3)), large = factor_dot(real_grid(9, 9));
    CHECK(count(small, "\"x[4]\" [") == 1);
    CHECK(count(small, "\"smooth[0]\" -- ") == 2);
    CHECK(count(large, "real") > count(large, "real_grid"));
    CHECK(count(large, "9 \u00d7 9") == 1);
    CHECK(count(large, "\"data\" -- \"x\"") == 1);
    for (const std::string& dot : {small, large}) CHECK(drawing::overlap(to_svg(dot)) == "");
  }
}
