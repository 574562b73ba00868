#include "cli/infer/infer_algorithm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"

namespace unfurl::app {

namespace {

struct Algorithm {
  const char* name;
  const char* what;
  std::vector<std::string> options;  ///< that mean something to it; those of no algorithm are everyone's
};

/// Algorithms with options of their own here, and what they are; the others of algorithm_names() have iterations.
const std::vector<Algorithm>& table() {
  static const std::vector<Algorithm> algorithms = {
      {"exact", "the sums and maxima themselves, by a junction tree, where its tables fit", {"--memory"}},
      {"bp",
       "sum-product belief propagation",
       {"--iterations", "--tolerance", "--damping", "--schedule", "--unary-messages"}},
      {"mf", "mean field", {"--iterations", "--tolerance", "--damping", "--schedule"}},
      {"trw",
       "tree-reweighted belief propagation, which bounds log Z from above with weights of --spanning-trees",
       {"--iterations", "--tolerance", "--damping", "--schedule", "--unary-messages", "--edge-weight",
        "--spanning-trees", "--seed"}},
      {"fractional",
       "fractional belief propagation",
       {"--iterations", "--tolerance", "--damping", "--schedule", "--unary-messages", "--power"}},
      {"maxproduct",
       "max-product, for --task map",
       {"--iterations", "--tolerance", "--damping", "--schedule", "--unary-messages"}},
      {"minsum",
       "the same, scaled or offset where asked",
       {"--iterations", "--tolerance", "--damping", "--schedule", "--unary-messages", "--scale", "--offset"}},
  };
  return algorithms;
}

/// Those of the list that are not in the table.
std::vector<std::string> other_names() {
  std::vector<std::string> names = algorithm_names();
  std::erase_if(names, [](const std::string& name) {
    return std::any_of(table().begin(), table().end(), [&](const Algorithm& a) { return name == a.name; });
  });
  return names;
}

/// The options of an algorithm; throws ScheduleError where there is none of this name.
const std::vector<std::string>& options_of(const std::string& name) {
  static const std::vector<std::string> iterations = {"--iterations", "--tolerance"};
  std::vector<std::string> known = other_names();
  for (const std::string& other : known)
    if (name == other) return iterations;
  for (const Algorithm& a : table()) {
    if (name == a.name) return a.options;
    known.emplace_back(a.name);
  }
  throw ScheduleError(fmt::format("there is no algorithm '{}'", name), "", detail::did_you_mean(name, known));
}

/// Going through the variables and back brings news everywhere; on graphs of two colours the classes in turn are no
/// more than flooding twice as fast, and swing where flooding does.
const std::map<std::string, UpdateOrder>& schedules() {
  static const std::map<std::string, UpdateOrder> orders = {
      {"flooding", UpdateOrder::flooding},
      {"coloured", UpdateOrder::coloured},
      {"sequential", UpdateOrder::sequential},
      {"forward-backward", UpdateOrder::forward_backward}};
  return orders;
}

/// The names of schedules, but for one that meant what is `sequential` today.
Reading schedule_word(const std::string& text) {
  if (text == "in-order")
    return {"", "it is named sequential now (what sequential meant is forward-backward)"};
  std::vector<std::string> names;
  for (const auto& [name, order] : schedules()) names.push_back(name);
  return one_of(names)(text);
}

}  // namespace

void add_algorithm_options(CLI::App& command, InferAlgorithm& typed) {
  std::string names;
  for (const Algorithm& a : table())
    names += fmt::format("{}{}: {}", names.empty() ? "" : "; ", a.name, a.what);
  names += fmt::format("; and, where they serve the model, {}", fmt::join(other_names(), ", "));
  command.add_option("--algorithm", typed.name, names)->type_name("NAME")->capture_default_str();
  const CLI::Validator positive = takes(number_above(0));
  command
      .add_option("--damping", typed.damping, "Share of the old messages (or beliefs) in the new, in [0, 1)")
      ->transform(takes(number_below(0, 1)))
      ->type_name("D");
  command
      .add_option(
          "--schedule", typed.schedule,
          "flooding: all messages at once (default); coloured: classes of variables that share no factor in "
          "turn; sequential: variable by variable; forward-backward: so, and back")
      ->transform(takes(schedule_word))
      ->type_name("NAME");
  command
      .add_option("--edge-weight", typed.edge_weight,
                  "trw: one weight for all factors of two and more variables")
      ->transform(takes(number_above(0, 1)))
      ->type_name("R");
  command
      .add_option("--spanning-trees", typed.spanning_trees, "trw: weights from so many random spanning trees")
      ->transform(within(1, 1000000))
      ->type_name("N");
  command.get_option("--spanning-trees")->excludes(command.get_option("--edge-weight"));
  command.add_option("--seed", typed.seed, "Seed of the spanning trees")
      ->transform(takes(any_seed()))
      ->type_name("N");
  command.add_option("--power", typed.power, "fractional: power of every factor of two and more variables")
      ->transform(positive)
      ->type_name("P");
  command.add_option("--scale", typed.scale, "minsum: factor for every message")
      ->transform(positive)
      ->type_name("S");
  command.add_option("--offset", typed.offset, "minsum: moves every message towards zero")
      ->transform(takes(number(0)))
      ->type_name("B");
  command.add_flag(
      "--unary-messages", typed.unary_messages,
      "Factors of one variable send messages like all others, which arrive in the first iteration "
      "(libDAI's convention), instead of being there from the start");
  command
      .add_option(
          "--threads", typed.threads,
          "Threads to share the work on large models, 0 for all (default); results do not depend on it")
      ->transform(within(0, 4096))
      ->type_name("N");
}

std::vector<std::string> given_options(const CLI::App& command) {
  std::vector<std::string> given;
  for (const Algorithm& a : table())
    for (const std::string& option : a.options)
      if (command.count(option) > 0 && std::find(given.begin(), given.end(), option) == given.end())
        given.push_back(option);
  return given;
}

void check_options(const InferAlgorithm& typed) {
  const std::vector<std::string>& options = options_of(typed.name);
  for (const std::string& option : typed.given)
    if (std::find(options.begin(), options.end(), option) == options.end())
      throw ScheduleError(fmt::format("algorithm '{}' has no option {}", typed.name, option), "",
                          fmt::format("it has {}", fmt::join(options, ", ")));
  if (!typed.spanning_trees &&
      std::find(typed.given.begin(), typed.given.end(), "--seed") != typed.given.end())
    throw ScheduleError("nothing is random without --spanning-trees", "--seed", "leave it out");
}

void warn_of_new_meanings(const InferAlgorithm& typed) {
  if (typed.schedule == "sequential")
    note(
        "unfurl: warning: --schedule sequential goes through the variables once an iteration; in version 0.1 "
        "it "
        "went forward and back\n  mend:  --schedule forward-backward still does\n");
}

AlgorithmPointer make_algorithm(const InferAlgorithm& typed, const ConditionedModel& model,
                                MessageWeights weights) {
  check_options(typed);
  const double damping = typed.damping.value_or(0);
  const UpdateOrder order = schedules().at(typed.schedule.value_or("flooding"));
  const std::vector<int> sequence = model.sequence();
  if (typed.name == "mf") return MeanField{.damping = damping, .order = order, .sequence = sequence};
  if (typed.name == "bp")
    return SumProduct{.damping = damping,
                      .message_weights = weights,
                      .order = order,
                      .sequence = sequence,
                      .evidence_messages = typed.unary_messages};
  if (typed.name == "trw")
    return TreeReweighted{.damping = damping,
                          .edge_weight = typed.edge_weight.value_or(0),
                          .spanning_trees = typed.spanning_trees.value_or(0),
                          .seed = typed.seed.value_or(1),
                          .order = order,
                          .sequence = sequence,
                          .evidence_messages = typed.unary_messages};
  if (typed.name == "fractional")
    return FractionalBeliefPropagation{.damping = damping,
                                       .power = typed.power.value_or(1),
                                       .order = order,
                                       .sequence = sequence,
                                       .evidence_messages = typed.unary_messages};
  if (typed.name != "minsum" && typed.name != "maxproduct") return algorithm_by_name(typed.name);
  return MaxProduct{.damping = damping,
                    .message_weights = weights,
                    .order = order,
                    .sequence = sequence,
                    .evidence_messages = typed.unary_messages,
                    .scale = typed.scale,
                    .offset = typed.offset};
}

}  // namespace unfurl::app
