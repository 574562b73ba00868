// The model of a code.
#include <cmath>
#include <map>

#include "model/expr.hpp"
#include "unfurl/at.hpp"
#include "unfurl/codes.hpp"
#include "unfurl/factors.hpp"

namespace unfurl {

using detail::cat;

namespace {

Model model_of(const BinaryMatrix& checks, bool joint, bool syndrome) {
  check_matrix(checks);
  std::vector<std::vector<int>> scopes;
  for (const auto& row : checks.rows)
    if (!row.empty()) scopes.push_back(row);
  if (scopes.empty())
    throw DataError("the matrix has no ones: there is nothing to decode with", "", "give at least one check");
  Model m("code");
  const auto llr = m.observed("llr", {checks.columns});
  const auto bit = m.discrete("bit", {checks.columns}, 2);
  m.factor("channel", each(bit), Field{-0.5 * llr});
  if (syndrome) {
    const auto odd = m.observed("syndrome", {static_cast<int>(scopes.size())}, nonneg);
    m.factor("check", tuples(bit, scopes), Parity{odd});
  } else {
    m.factor("check", tuples(bit, scopes), Parity{});
  }
  if (!joint) return m;
  const int qubits = checks.columns / 2;
  std::vector<std::pair<int, int>> both;
  for (int i = 0; i < qubits; ++i) both.emplace_back(i, qubits + i);
  m.factor("qubit", pairs(bit, both), Table{depolarising_table(slice(llr, 0, qubits))});
  return m;
}

}  // namespace

Model decoding_model(const BinaryMatrix& checks, bool syndrome) { return model_of(checks, false, syndrome); }

Model decoding_model(const Code& code, bool syndrome) {
  return model_of(code.checks, code.qubits == Code::Qubits::joint, syndrome);
}

Expr depolarising_table(const Expr& llr, Where where) {
  const ir::Type t = type_of(llr, where);
  if (t.planes != 1)
    throw ModelError(cat("a table of errors from '", llr.node().text, "' of ", t.planes, " planes"), where,
                     "give one log-ratio for each qubit");
  // With q = p(1) = 2/3 of the noise, (0, 0) has probability 1 - 3/2 q, all else q / 2. Beyond 80 q is no number any more.
  return Expr(operation("depolarising_table", {llr}, {4, t.rows, t.lanes}, where,
                        [](ir::Builder& b, const std::vector<ir::Value>& v) {
                          const ir::Value r = b.neg(b.maximum(b.neg(v[0]), -80));
                          const ir::Value cost_of_one = b.softplus(r), cost_of_none = b.softplus(b.neg(r));
                          const ir::Value none =
                              b.maximum(b.sub(b.constant(1), b.scale(b.sigmoid(b.neg(r)), 1.5)), 1e-30);
                          const ir::Value half = b.constant(std::log(0.5));
                          const ir::Value one = b.add(cost_of_none, half);
                          return b.concat_planes({b.add(b.log(none), b.scale(cost_of_none, 2)), one, one,
                                                  b.add(cost_of_one, half)});
                        }));
}

std::vector<double> flip_probabilities(const Code& code, double level) {
  std::vector<double> all;
  const bool qubits = code.qubits != Code::Qubits::none;
  if (qubits && !(level > 0 && level < 1))
    throw DataError(cat("depolarising noise of probability ", level), code.name, "above 0 and below 1");
  for (int i = 0; i < code.bits(); ++i) {
    all.push_back(qubits ? 2 * level / 3 : level * (code.priors.empty() ? 1 : code.priors[at(i)]));
    if (!(all.back() >= 0 && all.back() < 1))
      throw DataError(cat("bit ", i, " flips with probability ", all.back()), code.name, "from 0 to below 1");
  }
  return all;
}

std::vector<int> rows_in_order(const BinaryMatrix& checks) {
  // A declaration for every number of bits, in rising order, and in each the rows as they come.
  std::map<std::size_t, int> first;
  for (const auto& row : checks.rows)
    if (row.size() > 1) ++first[row.size()];
  int sum = 0;
  for (auto& [size, count] : first) sum += std::exchange(count, sum);
  std::vector<int> order;
  for (const auto& row : checks.rows)
    if (row.size() > 1) order.push_back(first[row.size()]++);
  return order;
}

}  // namespace unfurl
