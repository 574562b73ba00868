// Result files, in the layouts of the UAI competitions of 2014 and, when read, of 2010 (with a number of samples).
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "formats/tokens.hpp"

namespace unfurl {

using detail::cat;
using formats::Tokens;

namespace {

constexpr double log_10 = 2.302585092994045684;
constexpr double largest_log10 = 7.8e307;  // times ln 10 still a finite double
constexpr int any = std::numeric_limits<int>::max();

Tokens open(std::string_view text, const std::string& name, std::string_view kind) {
  Tokens tokens(text, name);
  if (tokens.word("its kind") != kind)
    tokens.fail(cat("the file does not begin with ", kind), cat("give a ", kind, " result"));
  return tokens;
}

}  // namespace

std::vector<std::vector<double>> parse_mar(std::string_view text, const std::string& name) {
  const auto body = [&](bool samples) {
    Tokens tokens = open(text, name, "MAR");
    if (samples) tokens.integer("the number of samples", 1, 1);
    std::vector<std::vector<double>> marginals(
        static_cast<std::size_t>(tokens.count("the number of variables")));
    for (std::size_t v = 0; v < marginals.size(); ++v) {
      tokens.enter("the marginal of variable", v);
      marginals[v].resize(static_cast<std::size_t>(tokens.count("the number of states")));
      for (double& p : marginals[v]) {
        p = tokens.entry("a probability");
        if (p > 1 + 1e-3) tokens.fail(cat("a probability is ", p), "probabilities are from 0 to 1");
      }
    }
    tokens.finish("the last marginal");
    return marginals;
  };
  try {
    return body(false);
  } catch (const DataError&) {
    try {
      return body(true);
    } catch (const DataError&) {
    }
    throw;
  }
}

std::string to_mar(const std::vector<std::vector<double>>& marginals) {
  std::string text = fmt::format("MAR\n{}", marginals.size());
  for (const auto& p : marginals) text += fmt::format(" {} {:.15g}", p.size(), fmt::join(p, " "));
  return text + "\n";
}

double parse_pr(std::string_view text, const std::string& name) {
  Tokens tokens = open(text, name, "PR");
  const double value = tokens.number("log10 Z");
  if (std::abs(value) > largest_log10)
    tokens.fail(cat("log10 Z is ", value), cat("magnitudes up to ", largest_log10));
  tokens.finish("log10 Z");
  return value * log_10;
}

std::string to_pr(double log_partition) { return fmt::format("PR\n{:.15g}\n", log_partition / log_10); }

std::vector<int> parse_mpe(std::string_view text, const std::string& name) {
  Tokens tokens = open(text, name, "MPE");
  std::vector<int> states(static_cast<std::size_t>(tokens.count("the number of variables")));
  for (int& s : states) s = tokens.integer("a state", 0, any);
  tokens.finish("the last state");
  return states;
}

std::string to_mpe(const std::vector<int>& states) {
  std::string text = fmt::format("MPE\n{}", states.size());
  for (const int s : states) text += fmt::format(" {}", s);
  return text + "\n";
}

}  // namespace unfurl
