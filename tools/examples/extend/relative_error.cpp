#include "relative_error.hpp"

unfurl::Loss relative_error(const std::string& result, const std::string& target) {
  return {[=](unfurl::LossContext& c) {
    unfurl::ir::Builder& b = c.builder;
    const auto x = c.result(result);
    const auto wanted = c.target(target, b.type(x).with(unfurl::real));
    const unfurl::ir::Type scalar{1, 1, true};
    const auto power = b.add(b.sum_to(b.square(wanted), scalar), b.constant(1e-6));
    return b.div(b.sum_to(b.squared_difference(x, wanted), scalar), power);
  }};
}
