// Classical decoders.
#include <numeric>

#include "unfurl/decoding.hpp"

namespace unfurl {

using detail::cat;

std::string describe(const DecodingRule& rule) {
  const char* name = rule.rule == CheckRule::sum_product  ? "sum-product"
                     : rule.rule == CheckRule::min_sum    ? "min-sum"
                     : rule.rule == CheckRule::normalised ? "normalised min-sum"
                                                          : "offset min-sum";
  return cat(name, rule.order == UpdateOrder::flooding ? "" : ", layered");
}

std::vector<int> visits(const Code& code) {
  const std::vector<int> rows = rows_in_order(code.checks);
  if (code.qubits != Code::Qubits::joint) return rows;
  std::vector<int> order(static_cast<std::size_t>(code.bits() / 2));  // declared behind the checks
  std::iota(order.begin(), order.end(), static_cast<int>(rows.size()));
  order.insert(order.end(), rows.begin(), rows.end());
  return order;
}

Schedule unroll(const BinaryMatrix& checks, const DecodingRule& rule, bool syndrome) {
  return unroll(Code{{}, checks}, rule, syndrome);
}

Schedule unroll(const Code& code, const DecodingRule& rule, bool syndrome) {
  const Model model = decoding_model(code, syndrome);
  const bool layered = rule.order == UpdateOrder::layered;
  const std::vector<int> sequence = layered ? visits(code) : std::vector<int>{};
  if (rule.rule == CheckRule::sum_product)
    return unroll(model, SumProduct{.order = rule.order, .sequence = sequence}, rule.iterations);
  MaxProduct min_sum{.order = rule.order, .sequence = sequence};
  if (rule.rule == CheckRule::normalised) min_sum.scale = rule.amount.value_or(0.8);
  if (rule.rule == CheckRule::offset) min_sum.offset = rule.amount.value_or(0.5);
  return unroll(model, min_sum, rule.iterations);
}

}  // namespace unfurl
