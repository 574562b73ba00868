// Kernels against their definitions, entry by entry, and at the edges of the numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "passes/passes.hpp"
#include "property/definitions.hpp"
#include "property/random_program.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Attributes;
using ir::Axis;
using ir::Builder;
using ir::Graph;
using ir::Type;
using ir::Value;

constexpr bool lanes = true;
constexpr double infinity = std::numeric_limits<double>::infinity();

Definition unary(double (*f)(double a, double number)) {
  return [f](const Operands& x, int p, int r, int l) { return f(x(0, p, r, l), x.attributes().number); };
}
Definition binary(double (*f)(double a, double b)) {
  return [f](const Operands& x, int p, int r, int l) { return f(x(0, p, r, l), x(1, p, r, l)); };
}

double matmul(const Operands& x, int p, int r, int l) {
  const Attributes& a = x.attributes();
  const auto m = [&](int i, int j) { return a.transpose ? x(0, j, i, 0) : x(0, i, j, 0); };
  double sum = 0;
  for (int k = 0; k < (a.transpose ? x.type(0).planes : x.type(0).rows); ++k)
    sum += a.axis == Axis::rows ? m(r, k) * x(1, p, k, l) : m(p, k) * x(1, k, r, l);
  return sum;
}

double outer(const Operands& x, int p, int r, int) {
  const bool rows = x.attributes().axis == Axis::rows;
  double sum = 0;
  for (int k = 0; k < (rows ? x.type(0).planes : x.type(0).rows); ++k)
    for (int l = 0; l < x.width(0); ++l)
      sum += rows ? x(0, k, p, l) * x(1, k, r, l) : x(0, p, k, l) * x(1, r, k, l);
  return sum;
}

double sum_to(const Operands& x, int p, int r, int l) {
  const Type &from = x.type(0), &to = x.attributes().shape;
  double sum = 0;
  for (int i = 0; i < from.planes; ++i)
    for (int j = 0; j < from.rows; ++j)
      for (int k = 0; k < x.width(0); ++k)
        if ((to.planes == 1 || i == p) && (to.rows == 1 || j == r) && (!to.lanes || k == l))
          sum += x(0, i, j, k);
  return sum;
}

/// f over the entries of the index table that belong to `target`.
double over_members(const Operands& x, int target, const std::function<double(int)>& f) {
  const std::vector<int>& all = x.attributes().index->target;
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == target) sum += f(static_cast<int>(i));
  return sum;
}
int target(const Operands& x, int i) { return x.attributes().index->target[static_cast<std::size_t>(i)]; }

double table_message(const Operands& x, int p, int r, int l) {
  const bool transpose = x.attributes().transpose;
  const int in = x.type(1).planes, out = x.type(0).planes / in;
  double sum = 0;
  for (int k = 0; k < in; ++k)
    sum += std::exp(x(0, transpose ? k * out + p : p * in + k, r, 0) + x(1, k, r, l));
  return std::log(sum);
}

/// Entries of a table of two binary variables plus what the sending one says; `to` is the receiving one's state.
double pair_entry(const Operands& x, int to, int from, int r, int l) {
  return x(0, x.attributes().transpose ? 2 * from + to : 2 * to + from, r, l) + from * x(1, 0, r, l);
}
double pair_reduced(const Operands& x, int to, int r, int l) {
  const double a = pair_entry(x, to, 0, r, l), b = pair_entry(x, to, 1, r, l);
  return x.attributes().number != 0 ? std::max(a, b) : std::log(std::exp(a) + std::exp(b));
}
double pair_share(const Operands& x, int p, int r, int l) {
  const bool transpose = x.attributes().transpose;
  const int to = transpose ? p % 2 : p / 2, from = transpose ? p / 2 : p % 2;
  const double share = std::exp(pair_entry(x, to, from, r, l) - pair_reduced(x, to, r, l));
  return x.attributes().number != 0 ? (share == 1 ? 1 : 0) : share;
}

double potts_message(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for (int q = 0; q < x.type(1).planes; ++q) sum += std::exp(x(1, q, r, l) + (q == p ? x(0, 0, r, l) : 0));
  return std::log(sum);
}

double sum_exp_pairs(const Operands& x, int p, int r, int) {
  const int second = x.type(2).planes;
  double sum = 0;
  for (int row = 0; row < x.type(1).rows; ++row)
    for (int l = 0; l < x.width(1); ++l)
      if (x.type(0).rows == 1 || row == r)
        sum += std::exp(x(0, p, row, 0) + x(1, p / second, row, l) + x(2, p % second, row, l));
  return sum;
}

double largest_member(const Operands& x, int segment, int r, int l) {
  double most = -infinity;
  (void)over_members(x, segment, [&](int i) { return most = std::max(most, x(0, i, r, l)); });
  return most;
}

/// The integral of s^n exp(e s) over s from 0 to log x, piece by piece by the rule of Gauss and Legendre.
double box_cox(const Operands& x, int p, int r, int l) {
  const double end = std::log(x(0, p, r, l)), e = x(1, p, r, l), n = x.attributes().number;
  constexpr double points[] = {0, 0.5384693101056831, 0.9061798459386640},
                   weights[] = {0.5688888888888889, 0.4786286704993665, 0.2369268850561891};
  const double half = end / 120;
  double sum = 0;
  for (int piece = 0; piece < 60; ++piece)
    for (const int k : {-2, -1, 0, 1, 2}) {
      const double s = half * (2 * piece + 1 + std::copysign(points[std::abs(k)], k));
      sum += weights[std::abs(k)] * std::pow(s, n) * std::exp(e * s);
    }
  return sum * half;
}

double concat_rows(const Operands& x, int p, int r, int l) {
  std::size_t part = 0;
  for (; r >= x.type(part).rows; ++part) r -= x.type(part).rows;
  return x(part, p, r, l);
}

const std::map<std::string, Definition>& definitions() {
  static const std::map<std::string, Definition> table = {
      {"add", binary([](double a, double b) { return a + b; })},
      {"sub", binary([](double a, double b) { return a - b; })},
      {"mul", binary([](double a, double b) { return a * b; })},
      {"div", binary([](double a, double b) { return a / b; })},
      {"neg", unary([](double a, double) { return -a; })},
      {"exp", unary([](double a, double) { return std::exp(a); })},
      {"log", unary([](double a, double) { return std::log(a); })},
      {"sqrt", unary([](double a, double) { return std::sqrt(a); })},
      {"square", unary([](double a, double) { return a * a; })},
      {"abs", unary([](double a, double) { return std::abs(a); })},
      {"sign", unary([](double a, double) { return a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0; })},
      {"pow", unary([](double a, double e) { return std::pow(a, e); })},
      {"floor_at", unary([](double a, double least) { return std::max(a, least); })},
      {"above", unary([](double a, double threshold) { return a > threshold ? 1.0 : 0.0; })},
      {"relu", unary([](double a, double) { return std::max(a, 0.0); })},
      {"sigmoid", unary([](double a, double) { return 1 / (1 + std::exp(-a)); })},
      {"tanh", unary([](double a, double) { return std::tanh(a); })},
      {"softplus", unary([](double a, double) { return std::log1p(std::exp(a)); })},
      {"log_cosh", unary([](double a, double) { return std::log(std::cosh(a)); })},
      {"one_minus", unary([](double a, double) { return 1 - a; })},
      {"gate", binary([](double a, double by) { return by != 0 ? a : 0.0; })},
      {"soft_threshold",
       binary([](double a, double t) { return std::copysign(std::max(std::abs(a) - t, 0.0), a); })},
      {"share", binary([](double a, double b) { return a / (a + b); })},
      {"parallel", binary([](double a, double b) { return 1 / (1 / a + 1 / b); })},
      {"squared_difference", binary([](double a, double b) { return (a - b) * (a - b); })},
      {"ising_message",
       binary([](double j, double m) { return std::log(std::cosh(j + m / 2) / std::cosh(j - m / 2)); })},
      {"table_message", table_message},
      {"sum_exp_pairs", sum_exp_pairs},
      {"pair_message",
       [](const Operands& x, int, int r, int l) {
         return pair_reduced(x, 1, r, l) - pair_reduced(x, 0, r, l);
       }},
      {"pair_shares", pair_share},
      {"ising_max_message",
       binary([](double j, double m) {
         return std::copysign(1.0, j) * std::copysign(1.0, m) * std::min(2 * std::abs(j), std::abs(m));
       })},
      {"parity_message",
       binary([](double a, double b) { return 2 * std::atanh(std::tanh(a / 2) * std::tanh(b / 2)); })},
      {"parity_slope",
       binary([](double a, double b) { return std::sinh(b) / (std::cosh(a) + std::cosh(b)); })},
      {"potts_message", potts_message},
      {"near_largest_planes",
       [](const Operands& x, int p, int r, int l) {
         double top = -infinity;
         for (int q = 0; q < x.type(0).planes; ++q) top = std::max(top, x(0, q, r, l));
         return x(0, p, r, l) == top ? 1.0 : 0.0;
       }},
      {"stop_gradient", unary([](double a, double) { return a; })},
      {"positive_only", unary([](double a, double) { return a; })},
      {"power", binary([](double a, double e) { return std::pow(a, e); })},
      {"box_cox", box_cox},
      {"log_power", binary([](double a, double exponent) { return exponent == 0 ? 0.0 : exponent * a; })},
      {"finite_part", unary([](double a, double) { return std::isinf(a) ? 0.0 : a; })},
      {"matmul", matmul},
      {"outer", outer},
      {"sum_to", sum_to},
      {"broadcast", [](const Operands& x, int p, int r, int l) { return x(0, p, r, l); }},
      {"gather_rows", [](const Operands& x, int p, int r, int l) { return x(0, p, target(x, r), l); }},
      {"gather_planes", [](const Operands& x, int p, int r, int l) { return x(0, target(x, p), r, l); }},
      {"segment_sum_rows",
       [](const Operands& x, int p, int r, int l) {
         return over_members(x, r, [&](int i) { return x(0, p, i, l); });
       }},
      {"segment_sum_planes",
       [](const Operands& x, int p, int r, int l) {
         return over_members(x, p, [&](int i) { return x(0, i, r, l); });
       }},
      {"segment_log_sum_exp_planes",
       [](const Operands& x, int p, int r, int l) {
         return std::log(over_members(x, p, [&](int i) { return std::exp(x(0, i, r, l)); }));
       }},
      {"segment_max_planes",
       [](const Operands& x, int p, int r, int l) { return largest_member(x, p, r, l); }},
      {"segment_largest_planes",
       [](const Operands& x, int p, int r, int l) {
         const double top = largest_member(x, target(x, p), r, l);
         const double ties =
             over_members(x, target(x, p), [&](int i) { return x(0, i, r, l) == top ? 1.0 : 0.0; });
         return x(0, p, r, l) == top ? 1 / ties : 0.0;
       }},
      {"slice_rows",
       [](const Operands& x, int p, int r, int l) { return x(0, p, r + x.attributes().begin, l); }},
      {"pad_rows",
       [](const Operands& x, int p, int r, int l) {
         const int from = r - x.attributes().begin;
         return from >= 0 && from < x.type(0).rows ? x(0, p, from, l) : 0.0;
       }},
      {"concat_rows", concat_rows},
      {"one_hot", [](const Operands& x, int p, int r, int l) { return x(0, 0, r, l) == p ? 1.0 : 0.0; }},
      {"exclusive_sum",
       [](const Operands& x, int p, int r, int l) {
         const auto others = [&](int e) { return e == r ? 0.0 : x(1, p, e, l); };
         return x(0, p, target(x, r), l) + over_members(x, target(x, r), others);
       }},
  };
  return table;
}

}  // namespace

TEST_CASE("every operation computes its definition, however its operands broadcast") {
  std::mt19937 random(1);
  for (const OpExample& example : op_examples()) {
    const auto& table = definitions().count(example.op) == 1 ? definitions() : definitions_of_convolutions();
    REQUIRE_MESSAGE(table.count(example.op) == 1, example.op);
    const Definition& definition = table.at(example.op);
    ExampleProgram program = declare(example);
    const Type result = program.graph.type(program.result);
    program.graph.outputs = {{"y", program.result}};
    for (const int batch : {1, 3, 21, 40}) {
      const Numbers numbers = draw(example, batch, random);
      const Operands operands{example, numbers, batch};
      std::vector<double> expected;
      for (int p = 0; p < result.planes; ++p)
        for (int r = 0; r < result.rows; ++r)
          for (int l = 0; l < (result.lanes ? batch : 1); ++l)
            expected.push_back(definition(operands, p, r, l));
      const double error = difference(evaluate(program.graph, numbers, batch).at("y"), expected);
      CHECK_MESSAGE(error < 2e-15 * (result.lanes ? 1 : batch) * 4, to_string(example), ", ", batch,
                    " samples");
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
