// Messages through tables.
#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/at.hpp"
#include "unfurl/error.hpp"

namespace unfurl::onnx {

namespace {

Name exponential_of(Nodes& n, const Name& a) { return n.add("Exp", {a}); }

/// log(exp(a) + exp(b)).
Name log_add(Nodes& n, const Name& a, const Name& b) {
  const Name top = n.larger(a, b), least = n.smaller(a, b);
  const Name sum = n.plus(top, log1p(n, exponential_of(n, n.minus(least, top))));
  return n.choose(n.add("Greater", {n.add("Abs", {top}), n.number(n.largest())}), top, sum);
}

// The sum over the others of a state holds the largest term, but for the state that has it: there it is a sum of its own. So
// nothing cancels, and nothing over- or underflows.
Name potts_message(const Site& s) {
  Nodes& n = s.nodes;
  const int states = s.out.planes;
  const Name &coupling = s.in[0], &message = s.in[1], least = n.number(-n.largest());
  if (states == 1) return n.plus(message, coupling);
  const Name best = n.add("TopK", {message, n.integers({2})}, {{"axis", 1}}, 2);
  const Name top = n.larger(n.slice(best, 1, 0, 1), least), second = n.larger(n.slice(best, 1, 1, 2), least);
  std::vector<double> numbers, others(static_cast<std::size_t>(states * states), 1.0);
  for (int p = 0; p < states; ++p) {
    numbers.push_back(p);
    others[at(p * states + p)] = 0;
  }
  const Name where = n.add("Cast", {n.slice(best + ".1", 1, 0, 1)}, {{"to", n.doubles() ? 11 : 1}});
  const Name is_best = n.add("Equal", {n.numbers(numbers, {1, states, 1}), where});
  const Name sum =
      n.add("MatMul", {n.numbers(others, {states, states}), exponential_of(n, n.minus(message, top))});
  const Name shares = exponential_of(n, n.minus(message, second));
  const Name rest = n.sum(n.choose(is_best, n.number(0), shares), 1);
  const Name all_others =
      n.choose(is_best, n.plus(second, n.add("Log", {rest})), n.plus(top, n.add("Log", {sum})));
  return log_add(n, all_others, n.plus(message, coupling));
}

/// Entries of a table as [1, receiving, sending, rows].
Name table_of(const Site& s, int out, int in) {
  const bool transpose = s.attributes.as<ir::TableMessage>().transpose;
  const std::vector<double>* from = s.constants[0];
  detail::check(from != nullptr, "tables are the same for all samples");
  const int rows = s.types[0].rows;
  std::vector<double> entries;
  for (int i = 0; i < out; ++i)
    for (int j = 0; j < in; ++j)
      for (int r = 0; r < rows; ++r)
        entries.push_back((*from)[at((transpose ? j * out + i : i * in + j) * rows + r)]);
  return s.nodes.numbers(entries, {1, out, in, rows});
}

Name table_message(const Site& s) {
  Nodes& n = s.nodes;
  const int in = s.types[1].planes;
  const Name message = n.add("Unsqueeze", {s.in[1], n.integers({1})});
  const Name joint = n.plus(table_of(s, s.out.planes, in), message);
  const Name top = n.larger(n.most(joint, 2), n.number(-n.largest()));
  const Name sum = n.sum(exponential_of(n, n.minus(joint, top)), 2);
  return n.add("Squeeze", {n.plus(top, n.add("Log", {sum})), n.integers({2})});
}

/// Shares exp(table + message - result) are at most 1; where the result is -inf nothing passes.
Name table_pull(const Site& s) {
  Nodes& n = s.nodes;
  const Name table = table_of(s, s.types[2].planes, s.types[1].planes);
  const Name message = n.add("Unsqueeze", {s.in[1], n.integers({1})});
  const Name result = n.add("Unsqueeze", {s.in[2], n.integers({2})});
  const Name gradient = n.add("Unsqueeze", {s.in[3], n.integers({2})});
  const Name share = exponential_of(n, n.minus(n.plus(table, message), result));
  const Name possible = n.add("GreaterOrEqual", {result, n.number(-n.largest())});
  return n.sum(n.choose(possible, n.times(share, gradient), n.number(0)), 1, false);
}

/// A pairwise table of binary variables and what the sending one says: x[i][j] with the receiving one in state i.
struct Joint {
  Joint(const Site& s) : zero(s.nodes.number(0)) {  // NOLINT: a site has one
    Nodes& n = s.nodes;
    const auto& a = s.attributes.as<ir::PairMessage>();
    const Name positive = n.add("Greater", {s.in[1], zero});
    const Name said[2] = {n.choose(positive, n.add("Neg", {s.in[1]}), zero),
                          n.choose(positive, zero, s.in[1])};
    for (int i : {0, 1})
      for (int j : {0, 1}) x[i][j] = n.plus(n.slice(s.in[0], 1, a.plane(i, j), a.plane(i, j) + 1), said[j]);
  }
  Name zero, x[2][2];
};

/// exp(-|a - b|), and 1 where both are the same infinite number.
Name smaller_share(Nodes& n, const Name& a, const Name& b) {
  const Name apart = n.add("Neg", {n.add("Abs", {n.minus(a, b)})});
  return n.choose(n.add("Equal", {a, b}), n.number(1), exponential_of(n, apart));
}

Name pair_message(const Site& s) {
  Nodes& n = s.nodes;
  const Joint joint(s);
  const auto& x = joint.x;
  Name most = n.minus(n.larger(x[1][0], x[1][1]), n.larger(x[0][0], x[0][1]));
  if (s.attributes.as<ir::PairMessage>().maximise) return most;
  const Name one = n.number(1), up = n.plus(one, smaller_share(n, x[1][0], x[1][1]));
  return n.plus(most, n.add("Log", {n.over(up, n.plus(one, smaller_share(n, x[0][0], x[0][1])))}));
}

/// The shares of a pairwise table's entries among those of the same state of the receiving variable.
Name pair_shares(const Site& s) {
  Nodes& n = s.nodes;
  const auto& a = s.attributes.as<ir::PairMessage>();
  const Joint joint(s);
  const Name one = n.number(1);
  std::vector<Name> planes(4);
  for (int i : {0, 1}) {
    const Name &first = joint.x[i][0], &second = joint.x[i][1];
    const Name small = a.maximise ? n.choose(n.add("Equal", {first, second}), one, joint.zero)
                                  : smaller_share(n, first, second);
    const Name none = n.add("Less", {n.larger(first, second), n.number(-n.largest())});
    const Name less = n.add("Less", {first, second}), whole = n.plus(one, small);
    for (int j : {0, 1}) {
      const Name share = j == 0 ? n.choose(less, small, one) : n.choose(less, one, small);
      planes[static_cast<std::size_t>(a.plane(i, j))] = n.choose(none, joint.zero, n.over(share, whole));
    }
  }
  return n.add("Concat", planes, {{"axis", 1}});
}

}  // namespace

const Writers& message_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::potts_message, potts_message}, {&ops::table_message, table_message},
      {&ops::table_pull, table_pull},       {&ops::pair_message, pair_message},
      {&ops::pair_shares, pair_shares},
  };
  return table;
}

}  // namespace unfurl::onnx
