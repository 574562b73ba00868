// Losses from estimates of log Z.
#include <algorithm>

#include "unfurl/extend/factor.hpp"
#include "unfurl/train.hpp"

namespace unfurl::loss {

using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;

namespace {

/// Sums of the log-potentials of a declaration's factors, [1, 1, lanes].
struct LogPotentials {
  Value at_labels;
  Value expected;  ///< under the marginals, which are taken as given
};

LogPotentials log_potentials(LossContext& c, const Model::FactorDeclaration& f,
                             const std::vector<Value>& labels) {
  Builder& b = c.builder;
  if (!gives_table(f))
    throw ScheduleError(cat("the likelihood needs the table of every factor; '", f.name, "' of type ",
                            f.spec.type->name(), " has none, or too large a one"),
                        f.where, "train with cross_entropy, or write it with Ising, Potts or Table");
  const Value table = c.result(f.name + ".log_potential"), marginal = c.result(f.name + ".marginal");
  Value entry;
  for (std::size_t k = 0; k < f.edges.slots.size(); ++k) {
    const Discrete& x = f.edges.groups[k];
    const Value label =
        b.gather_rows(labels[static_cast<std::size_t>(x.group)], ir::make_index(f.edges.slots[k], x.size()));
    entry = entry ? b.add(b.scale(entry, x.states), label) : label;
  }
  const Value expected = b.mul(b.stop_gradient(marginal), b.zero_if_infinite(table));
  // Chosen, not multiplied: what is impossible elsewhere in the table does not count.
  return {b.sum_to(b.where(table, b.one_hot(entry, f.edges.table_size())), {1, 1, true}),
          b.sum_to(expected, {1, 1, true})};
}

}  // namespace

Loss negative_log_likelihood(const std::map<std::string, std::string>& labels, const Sites& sites) {
  if (sites.gaps)
    throw ScheduleError("a likelihood of some of the labels needs a second log Z, which this loss has not",
                        "", "give all labels, or train with cross_entropy, which takes gaps");
  return {[=](LossContext& c) {
    Builder& b = c.builder;
    Value loss = c.result("log_partition");
    if (!c.model)
      throw ScheduleError("a likelihood is that of a model, which this network has none of", "",
                          "train conventional networks with cross_entropy or squared_error");
    std::vector<Value> of_group;
    std::vector<std::string> known;
    for (const auto& declared : c.model->discretes()) {
      const Discrete& x = declared.variable;
      known.push_back(x.name);
      const auto found = labels.find(x.name);
      if (found == labels.end())
        throw ScheduleError(cat("the loss has no labels for variable '", x.name, "'"), declared.where,
                            "the likelihood needs those of all variables");
      of_group.push_back(c.target(found->second, {1, x.size(), true, Domain::index, x.states}));
    }
    for (const auto& [variable, array] : labels)
      if (std::find(known.begin(), known.end(), variable) == known.end())
        throw ScheduleError(
            cat("the loss has labels for '", variable, "', which is no variable of the model"), "",
            detail::did_you_mean(variable, known));
    Value at_labels, expected;
    for (const auto& f : c.model->factors()) {
      const LogPotentials sums = log_potentials(c, f, of_group);
      at_labels = at_labels ? b.add(at_labels, sums.at_labels) : sums.at_labels;
      expected = expected ? b.add(expected, sums.expected) : sums.expected;
    }
    if (!expected) return sum_over_sites(c, loss, sites, {});
    // The value is log Z less the labels'; the slope of log Z is the expectation of the log-potentials' slope.
    loss = b.stop_gradient(b.sub(loss, expected));
    return sum_over_sites(c, b.sub(b.add(loss, expected), at_labels), sites, {});
  }};
}

Loss negative_log_likelihood(const std::string& variable, const std::string& labels, const Sites& sites) {
  return negative_log_likelihood(std::map<std::string, std::string>{{variable, labels}}, sites);
}

Loss free_energy() {
  return {[](LossContext& c) { return c.builder.neg(c.result("log_partition")); }};
}

Loss log_partition() {
  return {[](LossContext& c) { return c.result("log_partition"); }};
}

}  // namespace unfurl::loss
