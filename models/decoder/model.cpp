#include "models/decoder/model.hpp"

#include "unfurl/decoding.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/symmetry.hpp"

namespace unfurl::decoder_model {

Shape::Shape(const Settings& settings)
    : weights(settings.word("weights")), cyclic(settings.whole("cyclic")) {}

namespace {

/// The class of every bit: bits that shifts move onto each other are of one.
std::vector<int> classes_of_bits(int n, int cyclic) {
  std::vector<int> classes;
  for (int i = 0; i < n; ++i) classes.push_back(cyclic == 0 ? i : i / cyclic);
  return classes;
}

}  // namespace

Model declare(const Code& code, const Shape& shape, bool syndrome) {
  const int n = code.bits();
  if (shape.cyclic > 0 && n % shape.cyclic != 0)
    throw ModelError(
        detail::cat("shifts within blocks of ", shape.cyclic, " of ", n, " bits"), "--set cyclic",
        "the length of a cyclic code, or the lifting of a quasi-cyclic one, divides that of the code");
  const bool of_bits = shape.weights == "edge" || shape.weights == "pair";
  const std::vector<int> classes = classes_of_bits(n, shape.cyclic);
  std::vector<std::vector<int>> rows;
  for (const auto& row : code.checks.rows)
    if (!row.empty()) rows.push_back(row);
  // clang-format off
  Model m("decoder");
  auto llr = m.observed("llr", {n});                        // log p(0) / p(1) of every bit
  auto bit = m.discrete("bit", {n}, 2);
  if (shape.weights == "none") {
    m.factor("channel", each(bit), Field{-0.5 * llr});
  } else if (of_bits) {
    auto trust = m.param("trust", vector(classes.back() + 1), 1);
    m.factor("channel", each(bit), Field{-0.5 * cwise(gather(trust, classes), llr)});
  } else {
    auto trust = m.param("trust", 1);
    m.factor("channel", each(bit), Field{-0.5 * cwise(trust, llr)});
  }
  if (syndrome) {
    auto odd = m.observed("syndrome", {static_cast<int>(rows.size())}, nonneg);
    m.factor("check", tuples(bit, rows), Parity{odd});
  } else {
    m.factor("check", tuples(bit, rows), Parity{});
  }
  // clang-format on
  if (code.qubits != Code::Qubits::joint) return m;
  std::vector<std::pair<int, int>> both;
  for (int i = 0; i < n / 2; ++i) both.emplace_back(i, n / 2 + i);
  m.factor("qubit", pairs(bit, both), Table{depolarising_table(slice(llr, 0, n / 2))});
  return m;
}

AlgorithmPointer algorithm_of(const Model& model, const Code& code, const Settings& settings) {
  if (settings.algorithm != "bp") return algorithm_for(model, settings);
  const Shape shape(settings);
  const MessageWeights weights = shape.weights == "scalar"   ? MessageWeights::single
                                 : shape.weights == "degree" ? MessageWeights::shared
                                 : shape.weights == "edge"   ? MessageWeights::per_edge
                                 : shape.weights == "pair"   ? MessageWeights::per_pair
                                                             : MessageWeights::none;
  const double damping = settings.flag("damping") ? 0.1 : 0.0;
  const bool layered = settings.word("schedule") == "layered";
  const UpdateOrder order = layered ? UpdateOrder::layered : UpdateOrder::flooding;
  const std::vector<int> sequence = layered ? visits(code) : std::vector<int>{};
  AlgorithmPointer algorithm;
  if (settings.word("rule") == "sum-product") {
    algorithm =
        SumProduct{.damping = damping, .message_weights = weights, .order = order, .sequence = sequence};
  } else {
    MaxProduct min_sum{.damping = damping, .message_weights = weights, .order = order, .sequence = sequence};
    if (settings.word("rule") == "offset") min_sum.offset = 0.3;
    algorithm = min_sum;
  }
  if (shape.cyclic == 0 || (weights != MessageWeights::per_edge && weights != MessageWeights::per_pair))
    return algorithm;
  return tie_along(algorithm, model, {{{"bit", cyclic_shift(code.bits(), shape.cyclic)}}});
}

void spread_weights(Network& network, double deviation, std::uint64_t seed) {
  Random random(seed);
  for (Parameter& p : network.parameters())
    if (p.base == "trust" || p.base.find("weight") != std::string::npos)
      for (double& w : p.values) w *= 1 + deviation * random.normal();
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
