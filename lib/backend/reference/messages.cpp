// Messages through tables.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/reference/definitions.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

/// log sum_k exp(term(k)) over k < count; -inf where every term is.
template <class Term>
double log_sum_exp(int count, Term term) {
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int k = 0; k < count; ++k) top = std::max(top, term(k));
  if (std::isinf(top)) return top;
  for (int k = 0; k < count; ++k) sum += std::exp(term(k) - top);
  return top + std::log(sum);
}

double potts_message(const Operands& x, int p, int r, int l) {
  return log_sum_exp(x.type(1).planes, [&](int q) { return x(1, q, r, l) + (q == p ? x(0, 0, r, l) : 0); });
}

double table_message(const Operands& x, int p, int r, int l) {
  const bool transpose = x.attributes.as<ir::TableMessage>().transpose;
  const int in = x.type(1).planes, out = x.type(0).planes / in;
  return log_sum_exp(in,
                     [&](int k) { return x(0, transpose ? k * out + p : p * in + k, r, 0) + x(1, k, r, l); });
}

/// exp(table + message - result) of one entry of the table; 0 where the result is impossible.
double table_share(const Operands& x, int i, int j, int r, int l) {
  const bool transpose = x.attributes.as<ir::TableMessage>().transpose;
  const int in = x.type(1).planes, out = x.type(2).planes;
  const double result = x(2, i, r, l);
  return std::isinf(result)
             ? 0
             : std::exp(x(0, transpose ? j * out + i : i * in + j, r, 0) + x(1, j, r, l) - result);
}

double table_pull(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for (int i = 0; i < x.type(2).planes; ++i) sum += table_share(x, i, p, r, l) * x(3, i, r, l);
  return sum;
}

/// Of a gradient by the table, entry p: the terms of all samples, and of all rows for a table of one.
template <class Term>
double sum_at_entry(const Operands& x, int p, int r, Term term) {
  const bool transpose = x.attributes.as<ir::TableMessage>().transpose;
  const int in = x.type(1).planes, out = x.type(2).planes;
  const int i = transpose ? p % out : p / in, j = transpose ? p / out : p % in;
  double sum = 0;
  for (int row = 0; row < x.type(1).rows; ++row)
    for (int l = 0; l < x.lanes(1); ++l)
      if (x.type(0).rows == 1 || row == r) sum += term(i, j, row, l);
  return sum;
}

double table_sums(const Operands& x, int p, int r, int) {
  return sum_at_entry(
      x, p, r, [&](int i, int j, int row, int l) { return table_share(x, i, j, row, l) * x(3, i, row, l); });
}

double table_total(const Operands& x, int results, int r, int l) {
  return log_sum_exp(results, [&](int i) { return table_message(x, i, r, l); });
}
double normalized_table_message(const Operands& x, int p, int r, int l) {
  return table_message(x, p, r, l) - table_total(x, x.type(0).planes / x.type(1).planes, r, l);
}

/// What the gradient of result i gives to one entry of the table, of all normalised results.
double normalized_term(const Operands& x, int i, int j, int r, int l) {
  const bool transpose = x.attributes.as<ir::TableMessage>().transpose;
  const int in = x.type(1).planes, out = x.type(2).planes;
  const double entry = x(0, transpose ? j * out + i : i * in + j, r, 0) + x(1, j, r, l), y = x(2, i, r, l),
               total = table_total(x, out, r, l);
  if (std::isinf(y) || std::isinf(total)) return 0;
  double sum = 0;
  for (int k = 0; k < out; ++k) sum += x(3, k, r, l);
  return std::exp(entry - total - y) * x(3, i, r, l) - std::exp(entry - total) * sum;
}
double normalized_table_pull(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for (int i = 0; i < x.type(2).planes; ++i) sum += normalized_term(x, i, p, r, l);
  return sum;
}
double normalized_table_sums(const Operands& x, int p, int r, int) {
  return sum_at_entry(x, p, r,
                      [&](int i, int j, int row, int l) { return normalized_term(x, i, j, row, l); });
}

/// What the table and the other variable say of the receiving one's state `to` with the other's state `from`.
double pair_entry(const Operands& x, int to, int from, int r, int l) {
  return x(0, x.attributes.as<ir::PairMessage>().plane(to, from), r, l) + (from == 1 ? x(1, 0, r, l) : 0);
}
double pair_reduced(const Operands& x, int to, int r, int l) {
  const double a = pair_entry(x, to, 0, r, l), b = pair_entry(x, to, 1, r, l);
  return x.attributes.as<ir::PairMessage>().maximise
             ? std::max(a, b)
             : log_sum_exp(2, [&](int from) { return from == 0 ? a : b; });
}
double pair_message(const Operands& x, int, int r, int l) {
  return pair_reduced(x, 1, r, l) - pair_reduced(x, 0, r, l);
}
double pair_shares(const Operands& x, int p, int r, int l) {
  const auto [transpose, maximise] = x.attributes.as<ir::PairMessage>();
  const int to = transpose ? p % 2 : p / 2, from = transpose ? p / 2 : p % 2;
  const double share = std::exp(pair_entry(x, to, from, r, l) - pair_reduced(x, to, r, l));
  if (!maximise) return share;
  return share < 1 ? 0 : pair_entry(x, to, 0, r, l) == pair_entry(x, to, 1, r, l) ? 0.5 : 1;
}

/// What the slots of a row's factor but the row's own, and one more, say of the parity.
double parity_without(const Operands& x, int r, int other, int l) {
  const int factors = x.attributes.as<ir::SlotRows>().factors;
  double product = 1;
  for (int k = r % factors; k < x.type(0).rows; k += factors)
    if (k != r && k != other) product *= std::tanh(x(0, 0, k, l) / 2);
  return 2 * std::atanh(product);
}

double parity_messages(const Operands& x, int, int r, int l) { return parity_without(x, r, r, l); }

double parity_pull(const Operands& x, int, int r, int l) {
  const int factors = x.attributes.as<ir::SlotRows>().factors;
  double sum = 0;
  for (int k = r % factors; k < x.type(0).rows; k += factors) {
    if (k == r) continue;
    const double own = x(0, 0, r, l), rest = parity_without(x, r, k, l);
    const double slope = std::isinf(rest) ? 1 : std::sinh(rest) / (std::cosh(own) + std::cosh(rest));
    sum += slope * x(1, 0, k, l);
  }
  return sum;
}

}  // namespace

const Definitions& message_definitions() {
  using namespace ir;
  static const Definitions table = {
      {&ops::potts_message, potts_message},
      {&ops::table_message, table_message},
      {&ops::normalized_table_message, normalized_table_message},
      {&ops::normalized_table_pull, normalized_table_pull},
      {&ops::normalized_table_sums, normalized_table_sums},
      {&ops::parity_messages, parity_messages},
      {&ops::parity_pull, parity_pull},
      {&ops::table_pull, table_pull},
      {&ops::table_sums, table_sums},
      {&ops::pair_message, pair_message},
      {&ops::pair_shares, pair_shares},
  };
  return table;
}

}  // namespace unfurl::reference
