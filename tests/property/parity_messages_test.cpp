// Messages of parity checks and their gradients, from ratios of every size, against long double.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "passes/passes.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::test {

namespace {

using Wide = long double;
constexpr Wide infinity = std::numeric_limits<Wide>::infinity();

Wide join(Wide a, Wide b) {
  const Wide lead = std::max(std::min(a, b), -std::max(a, b));
  const Wide up = a == -b ? 0 : std::fabs(a + b), down = a == b ? 0 : std::fabs(a - b);
  return lead + std::log1p(std::exp(-up)) - std::log1p(std::exp(-down));
}

/// sinh(b) / (cosh(a) + cosh(b)) of finite numbers.
Wide slope(Wide a, Wide b) {
  const Wide x = std::fabs(a), y = std::fabs(b);
  const Wide size = -std::expm1(-2 * y) * std::exp(-std::max(x - y, Wide{0})) /
                    ((1 + std::exp(-std::fabs(x - y))) * (1 + std::exp(-(x + y))));
  return b < 0 ? -size : size;
}

/// What all but slots k and l say.
Wide without(const std::vector<Wide>& r, std::size_t k, std::size_t l) {
  Wide product = 1, joined = infinity;
  for (std::size_t i = 0; i < r.size(); ++i) {
    if (i == k || i == l) continue;
    product *= std::tanh(r[i] / 2);
    joined = join(joined, r[i]);
  }
  return std::fabs(product) < 0.5L ? 2 * std::atanh(product) : joined;  // either where it cancels nothing
}

template <class T>
void check_columns(std::size_t slots, const std::vector<std::vector<Wide>>& columns) {
  const int factors = static_cast<int>(columns.size());
  ir::Graph graph;
  ir::Builder b(graph);
  const ir::Value x = b.param("x", {1, static_cast<int>(slots) * factors});
  const ir::Value weights = b.param("w", {1, static_cast<int>(slots) * factors});
  const ir::Value out = b.parity_messages(x, factors);
  const auto back = ir::gradient(b, out, weights, {x});
  const ir::Value above = b.maximum(out, -1e30);  // outputs are finite
  graph.outputs = {{"out", b.neg(b.maximum(b.neg(above), -1e30))}, {"gradient", back[0]}};
  Numbers leaves;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> unit(0.5, 1);
  for (std::size_t k = 0; k < slots; ++k)
    for (const auto& column : columns) {
      leaves["x"].push_back(static_cast<double>(column[k]));
      leaves["w"].push_back(static_cast<double>(static_cast<T>(unit(random))));
    }
  const Numbers found = evaluate<T>(ir::optimize(graph), leaves, 1);
  for (std::size_t f = 0; f < columns.size(); ++f) {
    const std::vector<Wide>& r = columns[f];
    const auto at = [&](const char* name, std::size_t k) { return found.at(name)[k * columns.size() + f]; };
    const double rounding = (200 + 4 * static_cast<double>(slots)) * std::numeric_limits<T>::epsilon();
    // Slopes below are lost: a ratio of 0 counts as this much, and ratios much larger than the least do not count.
    const Wide least = sizeof(T) == 4 ? 1e-15L : 1e-149L;
    const auto close = [&](double value, Wide truth, Wide size) {
      const double wanted = static_cast<double>(static_cast<T>(truth));
      return value == wanted ||
             std::fabs(value - truth) <= rounding * size + 4 * std::numeric_limits<T>::min();
    };
    bool finite = true;
    for (const Wide v : r) finite = finite && std::isfinite(v);
    for (std::size_t k = 0; k < slots; ++k) {
      const Wide truth = std::clamp(without(r, k, k), Wide{-1e30L}, Wide{1e30L});
      CHECK_MESSAGE(close(at("out", k), truth, std::fabs(truth)), "slot ", k, " of ", slots, ": ",
                    at("out", k), ", not ", static_cast<double>(truth));
      CHECK(std::isfinite(at("gradient", k)));
      if (!finite) continue;
      Wide gradient = 0, size = 0;
      for (std::size_t i = 0; i < slots; ++i) {
        if (i == k) continue;
        const Wide term = slope(r[k], without(r, i, k)) * leaves["w"][i * columns.size() + f];
        gradient += term;
        size += std::fabs(term);
      }
      CHECK_MESSAGE(close(at("gradient", k), gradient, size + least / rounding), "gradient of slot ", k,
                    " of ", slots, ": ", at("gradient", k), ", not ", static_cast<double>(gradient), " off ",
                    static_cast<double>((at("gradient", k) - gradient) / size));
    }
  }
}

template <class T>
void check_all() {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (const std::size_t slots : {2U, 3U, 4U, 7U, 40U, 130U}) {
    std::vector<std::vector<Wide>> columns;
    for (int kind = 0; kind < 7; ++kind)
      for (int n = 0; n < 5; ++n) {
        std::vector<Wide> r;
        for (std::size_t k = 0; k < slots; ++k) {
          const double usual = 4 * unit(random);
          double v = usual;
          if (kind == 1) v = usual * std::pow(10, 3 * unit(random));                         // of all sizes
          if (kind == 2) v = usual * 500;                                                    // certain
          if (kind == 3 && k % 2 == static_cast<std::size_t>(n) % 2) v = 0;                  // erased
          if (kind == 4 && k == static_cast<std::size_t>(n) % slots) v = 0;                  // one erased
          if (kind == 5 && k != 0) v = (usual < 0 ? -1 : 1) * HUGE_VAL;                      // known
          if (kind == 6) v = k == 0 ? 0.3 : (usual < 0 ? -1 : 1) * (150 + std::abs(usual));  // one uncertain
          r.push_back(static_cast<Wide>(static_cast<T>(v)));
        }
        columns.push_back(r);
      }
    columns.push_back(std::vector<Wide>(slots, 0));
    columns.push_back(std::vector<Wide>(slots, 25));
    check_columns<T>(slots, columns);
  }
}

}  // namespace

TEST_SUITE_BEGIN("property");

TEST_CASE("messages of parity checks are exact for ratios of every size") {
  check_all<double>();
  check_all<float>();
}

TEST_CASE("messages of parity checks have the same bits wherever a sample stands among others") {
  constexpr int slots = 5, most = 41;
  ir::Graph graph;
  ir::Builder b(graph);
  const ir::Value x = b.input("x", {1, slots, true});
  const ir::Value out = b.parity_messages(x, 1);
  graph.outputs = {{"out", out}, {"gradient", ir::gradient(b, out, out, {x})[0]}};
  const ir::Graph program = ir::optimize(graph);
  std::mt19937 random(5);
  std::normal_distribution<double> normal(0, 10);
  std::vector<double> samples(slots * most);
  for (double& v : samples) v = normal(random);
  const auto run = [&](int first, int lanes) {
    Numbers leaves;
    for (int k = 0; k < slots; ++k)
      for (int i = 0; i < lanes; ++i)
        leaves["x"].push_back(samples[static_cast<std::size_t>(k * most + first + i)]);
    return evaluate<float>(program, leaves, lanes);
  };
  const Numbers whole = run(0, most);
  for (const int first : {0, 1, 7, 16, 30})
    for (const int lanes : {1, 2, 8, 11}) {
      const Numbers part = run(first, lanes);
      for (const char* name : {"out", "gradient"})
        for (int k = 0; k < slots; ++k)
          for (int i = 0; i < lanes; ++i)
            CHECK(part.at(name)[static_cast<std::size_t>(k * lanes + i)] ==
                  whole.at(name)[static_cast<std::size_t>(k * most + first + i)]);
    }
}

TEST_SUITE_END();

}  // namespace unfurl::test
