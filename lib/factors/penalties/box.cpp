// Bounds, as a penalty that is 0 within them and infinite beyond.
#include <algorithm>

#include "factors/factors.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Arguments: low, high and x.
class BoxType final : public FactorType {
 public:
  std::string name() const override { return "Box"; }
  Serves serves() const override { return Serves::proximal | Serves::separable; }
  void check(const Model::FactorDeclaration& f) const override { factors::check_penalised(f); }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    const std::vector<double>&low = values[0], &high = values[1];
    const auto text = [&](std::size_t arg) { return f.spec.args[arg].node().text; };
    if (f.spec.args[2].type().domain == Domain::nonneg)
      for (const double h : high)
        if (h < 0)
          return detail::cat("an upper bound below zero, '", text(1), "' of ", h, ", for '", text(2),
                             "', which is not negative");
    if (low.empty() || high.empty()) return "";
    for (std::size_t i = 0; i < std::max(low.size(), high.size()); ++i) {
      const double l = low[low.size() == 1 ? 0 : i], h = high[high.size() == 1 ? 0 : i];
      if (l > h)
        return detail::cat("the lower bound '", text(0), "' of ", l, " above the upper one, '", text(1),
                           "' of ", h);
    }
    return "";
  }
  /// Numbers within the bounds stay as they are, to the last bit.
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value, Domain domain) const override {
    const Value raised = b.add(z, b.relu(b.sub(g.args[0], z)));
    const Value inside = b.sub(raised, b.relu(b.sub(raised, g.args[1])));
    return domain == Domain::nonneg ? b.relu(inside) : inside;
  }
};

const BoxType box_type;

}  // namespace

Box::operator FactorSpec() const { return {&box_type, {low, high, x}, {}}; }

}  // namespace unfurl
