// Operations of which an entry depends on one entry of each operand.
#include "backend/c/texts/text.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::c {

namespace {

std::vector<Text> entries(const Site& site, const std::string& expression) {
  return {{entry_by_entry(site, expression)}};
}

/// An expression of the operands alone.
template <std::size_t n>
struct Expression {
  char text[n];
  constexpr Expression(const char (&from)[n]) {  // NOLINT: a literal is an expression
    for (std::size_t i = 0; i < n; ++i) text[i] = from[i];
  }
};
template <Expression expression>
std::vector<Text> plain(const Site& site) {
  return entries(site, expression.text);
}

double threshold_of(const Site& site) { return site.attributes.as<ir::Threshold>().threshold; }

std::vector<Text> maximum(const Site& site) {
  const std::string least = literal(threshold_of(site));
  return entries(site, "{0} < " + least + " ? " + least + " : {0}");  // a NaN stays
}

std::vector<Text> greater(const Site& site) {
  return entries(site, "{0} > " + literal(threshold_of(site)) + " ? R(1.0) : R(0.0)");
}

std::vector<Text> pow(const Site& site) {
  if (site.in.size() == 2) return entries(site, "POW({0}, {1})");
  const double e = site.attributes.as<ir::Exponent>().exponent;
  if (e == -0.5) return entries(site, "R(1.0) / SQRT({0})");
  if (e == -2) return entries(site, "R(1.0) / ({0} * {0})");
  if (e == -3) return entries(site, "R(1.0) / ({0} * {0} * {0})");
  if (e == 1.5) return entries(site, "{0} * SQRT({0})");
  if (e == -1.5) return entries(site, "R(1.0) / ({0} * SQRT({0}))");
  if (e == 3) return entries(site, "{0} * {0} * {0}");
  return entries(site, "POW({0}, " + literal(e) + ")");
}

std::vector<Text> box_cox(const Site& site) {
  const int order = site.attributes.as<ir::Derivative>().order;
  return entries(site, "(real)power_integral((double){0}, (double){1}, " + text_of(order) + ")");
}

}  // namespace

const Writers& elementwise_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::add, plain<"{0} + {1}">},
      {&ops::sub, plain<"{0} - {1}">},
      {&ops::mul, plain<"{0} * {1}">},
      {&ops::div, plain<"{0} / {1}">},
      {&ops::neg, plain<"-{0}">},
      {&ops::exp, plain<"EXP({0})">},
      {&ops::log, plain<"LOG({0})">},
      {&ops::sqrt, plain<"SQRT({0})">},
      {&ops::square, plain<"{0} * {0}">},
      {&ops::abs, plain<"FABS({0})">},
      {&ops::sign, plain<"{0} > 0 ? R(1.0) : {0} < 0 ? -R(1.0) : R(0.0)">},
      {&ops::pow, pow},
      {&ops::maximum, maximum},
      {&ops::greater, greater},
      {&ops::relu, plain<"{0} < 0 ? R(0.0) : {0}">},
      {&ops::sigmoid, plain<"R(1.0) / (R(1.0) + EXP(-{0}))">},
      {&ops::sigmoid_slope, plain<"sigmoid_slope({0})">},
      {&ops::sigmoid_difference, plain<"TANH(R(0.5) * ({0}))">},
      {&ops::tanh, plain<"TANH({0})">},
      {&ops::softplus, plain<"softplus({0})">},
      {&ops::log_cosh, plain<"log_cosh({0})">},
      {&ops::one_minus, plain<"R(1.0) - {0}">},
      {&ops::where, plain<"{1} != 0 ? {0} : R(0.0)">},
      {&ops::soft_threshold, plain<"soft_threshold({0}, {1})">},
      {&ops::ratio_mask, plain<"{0} / ({0} + {1})">},
      {&ops::parallel, plain<"parallel({0}, {1})">},
      {&ops::squared_difference, plain<"({0} - {1}) * ({0} - {1})">},
      {&ops::zero_if_infinite, plain<"FABS({0}) > MOST ? R(0.0) : {0}">},
      {&ops::multiply_no_nan, plain<"{1} != 0 ? {0} * {1} : R(0.0)">},
      {&ops::positive_only, plain<"{0} > 0 ? {0} : NAN">},
      {&ops::stop_gradient, plain<"{0}">},
      {&ops::broadcast, plain<"{0}">},
      {&ops::box_cox, box_cox},
      {&ops::ising_message, plain<"ising_message({0}, {1})">},
      {&ops::ising_max_message, plain<"ising_max_message({0}, {1})">},
      {&ops::parity_message, plain<"parity_message({0}, {1})">},
      {&ops::parity_slope, plain<"parity_slope({0}, {1})">},
  };
  return table;
}

}  // namespace unfurl::c
