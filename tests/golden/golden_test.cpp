// Texts that must not change unnoticed: drawings and programs of two tiny models. The programs can be read back.
// UNFURL_COLLECT=1 writes the files instead of comparing; look at the difference before committing them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "paths.hpp"
#include "unfurl/draw.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;

namespace {

/// A place that does not move when this file is edited.
Where line(int number) { return {"model.cpp", number}; }

Model grid() {
  Model m("grid");
  const auto y = m.observed("y", {2, 2}, real, line(1));
  const auto x = m.discrete("x", {2, 2}, 2, line(2));
  const auto g = m.param("g", 1.2, real, line(3));
  const auto J = m.param("J", per_edge(grid4(x)), 0.8, real, line(4));
  m.factor("data", each(x), Field{g * y}, line(5));
  m.factor("smooth", grid4(x), Ising{J}, line(6));
  return m;
}

Model sparse_coding() {
  Model m("sparse_coding");
  const auto b = m.observed("b", {3}, real, line(1));
  const auto A = m.param("A", matrix(3, 4), {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1}, real, line(2));
  const auto l = m.param("lambda", 0.1, nonneg, line(3));
  const auto x = m.latent("x", {4}, real, line(4));
  m.factor("fit", SquaredError{b, A * x}, line(5));
  m.factor("sparse", L1{l, x}, line(6));
  return m;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void check_golden(const std::string& name, const std::string& text) {
  CAPTURE(name);
  const auto path = std::filesystem::path(source_folder) / "tests" / "golden" / name;
  const char* collect = std::getenv("UNFURL_COLLECT");
  if (collect != nullptr && std::string(collect) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  REQUIRE_MESSAGE(std::filesystem::exists(path), "no golden file; write it with UNFURL_COLLECT=1");
  const std::string golden = contents(path);
  if (golden == text) return;
  std::istringstream expected(golden), found(text);
  std::string want, got;
  int number = 0;
  do {
    ++number;
    want.clear(), got.clear();
    std::getline(expected, want);
    std::getline(found, got);
  } while (want == got && (expected || found));
  FAIL_CHECK("differs from line " << number << "\n  golden: " << want << "\n  now:    " << got
                                  << "\n  when it is meant to: UNFURL_COLLECT=1, and commit the difference");
}

void check_network(const std::string& name, const Network& network) {
  check_golden(name + "_network.dot", network_dot(network));
  check_golden(name + "_step.dot", step_dot(network));
  check_golden(name + "_program.txt", network.text());
  CHECK(ir::program_from_text(network.text()).text() == network.text());
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("golden: a grid of four variables, and two untied layers of sum-product") {
    check_golden("grid_factors.dot", factor_dot(grid()));
    check_network("grid", unroll(grid(), SumProduct{}, 2).untie(all).compile());
  }

  TEST_CASE("golden: sparse coding, and two tied layers of ISTA") {
    check_golden("sparse_coding_factors.dot", factor_dot(sparse_coding()));
    check_network("sparse_coding", unroll(sparse_coding(), ProximalGradient{}, 2).compile());
  }
}
