// Classical decoders.
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

Schedule unroll(const BinaryMatrix& checks, const DecodingRule& rule, bool syndrome) {
  const Model model = decoding_model(checks, syndrome);
  const bool layered = rule.order == UpdateOrder::layered;
  const std::vector<int> sequence = layered ? rows_in_order(checks) : std::vector<int>{};
  if (rule.rule == CheckRule::sum_product)
    return unroll(model, SumProduct{.order = rule.order, .sequence = sequence}, rule.iterations);
  MaxProduct min_sum{.order = rule.order, .sequence = sequence};
  if (rule.rule == CheckRule::normalised) min_sum.scale = rule.amount.value_or(0.8);
  if (rule.rule == CheckRule::offset) min_sum.offset = rule.amount.value_or(0.5);
  return unroll(model, min_sum, rule.iterations);
}

}  // namespace unfurl
