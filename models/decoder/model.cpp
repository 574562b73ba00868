#include "models/decoder/model.hpp"

#include "unfurl/extend/builder.hpp"
#include "unfurl/factors.hpp"

namespace unfurl::decoder_model {

Model declare(const Code& code, const std::string& weights, bool syndrome) {
  const int n = code.bits();
  std::vector<std::vector<int>> rows;
  for (const auto& row : code.checks.rows)
    if (!row.empty()) rows.push_back(row);
  // clang-format off
  Model m("decoder");
  auto llr = m.observed("llr", {n});                        // log p(0) / p(1) of every bit
  auto bit = m.discrete("bit", {n}, 2);
  if (weights == "none") {
    m.factor("channel", each(bit), Field{-0.5 * llr});
  } else {
    auto trust = m.param("trust", weights == "edge" || weights == "pair" ? vector(n) : scalar(), 1);
    m.factor("channel", each(bit), Field{-0.5 * cwise(trust, llr)});
  }
  if (syndrome) {
    auto odd = m.observed("syndrome", {static_cast<int>(rows.size())}, nonneg);
    m.factor("check", tuples(bit, rows), Parity{odd});
  } else {
    m.factor("check", tuples(bit, rows), Parity{});
  }
  // clang-format on
  return m;
}

AlgorithmPointer algorithm_of(const Model& model, const Settings& settings, const std::string& weights) {
  if (settings.algorithm != "bp") return algorithm_for(model, settings);
  const MessageWeights messages = weights == "scalar"   ? MessageWeights::single
                                  : weights == "degree" ? MessageWeights::shared
                                  : weights == "edge"   ? MessageWeights::per_edge
                                  : weights == "pair"   ? MessageWeights::per_pair
                                                        : MessageWeights::none;
  return SumProduct{.damping = settings.flag("damping") ? 0.1 : 0.0, .message_weights = messages};
}

Loss parity_loss(const Code& code) {
  std::vector<std::vector<int>> rows = code.checks.rows;
  rows.insert(rows.end(), code.logical.rows.begin(), code.logical.rows.end());
  return {[rows, n = code.bits()](LossContext& c) {
    ir::Builder& b = c.builder;
    const ir::Value logit = c.result("bit.logit"), error = c.target("bits", {1, n, true, Domain::index, 2});
    // log p(0) / p(1) of the difference: turned where there is an error.
    const ir::Value residual = b.mul(logit, b.sub(b.scale(error, 2), b.constant(1)));
    ir::Value sum{};
    for (const auto& row : rows) {
      ir::Value even{};
      for (const int i : row) {
        const ir::Value of_bit = b.slice_rows(residual, i, 1);
        even = even ? b.parity_message(even, of_bit) : of_bit;
      }
      if (!even) continue;
      const ir::Value loss = b.softplus(b.neg(even));
      sum = sum ? b.add(sum, loss) : loss;
    }
    return b.scale(b.sum_to(sum, {1, 1, true}), 1.0 / static_cast<double>(rows.size()));
  }};
}

}  // namespace unfurl::decoder_model
