#include "cli/infer/infer_algorithm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"

namespace unfurl::app {

namespace {

using algorithms::Choice;

/// What can be chosen of algorithms, by the option that chooses it.
constexpr std::pair<const char*, Choice> chosen_by[] = {{"--damping", Choice::damping},
                                                        {"--schedule", Choice::order},
                                                        {"--unary-messages", Choice::evidence_messages},
                                                        {"--edge-weight", Choice::edge_weight},
                                                        {"--spanning-trees", Choice::spanning_trees},
                                                        {"--seed", Choice::seed},
                                                        {"--power", Choice::power},
                                                        {"--scale", Choice::scale},
                                                        {"--offset", Choice::offset}};
constexpr const char* memory_option = "--memory";

/// The options of an algorithm; throws ScheduleError where there is none of this name.
std::vector<std::string> options_of(const std::string& name) {
  if (name == exact_name) return {memory_option};
  std::vector<std::string> known{exact_name}, options{"--iterations", "--tolerance"};
  for (const auto& algorithm : algorithms::all()) {
    known.push_back(algorithm.name);
    if (name != algorithm.name) continue;
    for (const auto& [option, choice] : chosen_by)
      if (algorithm.choices.contains(choice)) options.emplace_back(option);
    return options;
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
  std::string names =
      fmt::format("{}: the sums and maxima themselves, by a junction tree, where its tables fit", exact_name);
  std::vector<std::string> others;
  for (const auto& algorithm : algorithms::all()) {
    if (algorithm.with)
      names += fmt::format("; {}: {}", algorithm.name, algorithm.what);
    else
      others.push_back(algorithm.name);
  }
  names += fmt::format("; and, where they serve the model, {}", fmt::join(others, ", "));
  command.add_option("--algorithm", typed.name, names)->type_name("NAME")->capture_default_str();
  const CLI::Validator positive = takes(number_above(0));
  command
      .add_option("--damping", typed.choices.damping,
                  "Share of the old messages (or beliefs) in the new, in [0, 1)")
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
      .add_option("--edge-weight", typed.choices.edge_weight,
                  "trw: one weight for all factors of two and more variables")
      ->transform(takes(number_above(0, 1)))
      ->type_name("R");
  command
      .add_option("--spanning-trees", typed.choices.spanning_trees,
                  "trw: weights from so many random spanning trees")
      ->transform(within(1, 1000000))
      ->type_name("N");
  command.get_option("--spanning-trees")->excludes(command.get_option("--edge-weight"));
  command.add_option("--seed", typed.choices.seed, "Seed of the spanning trees")
      ->transform(takes(any_seed()))
      ->type_name("N");
  command
      .add_option("--power", typed.choices.power,
                  "fractional: power of every factor of two and more variables")
      ->transform(positive)
      ->type_name("P");
  command.add_option("--scale", typed.choices.scale, "minsum: factor for every message")
      ->transform(positive)
      ->type_name("S");
  command.add_option("--offset", typed.choices.offset, "minsum: moves every message towards zero")
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
  const auto ask = [&](const char* option) {
    if (command.count(option) > 0) given.emplace_back(option);
  };
  for (const char* option : {memory_option, "--iterations", "--tolerance"}) ask(option);
  for (const auto& [option, choice] : chosen_by) ask(option);
  return given;
}

void check_options(const InferAlgorithm& typed) {
  const std::vector<std::string> options = options_of(typed.name);
  for (const std::string& option : typed.given)
    if (std::find(options.begin(), options.end(), option) == options.end())
      throw ScheduleError(fmt::format("algorithm '{}' has no option {}", typed.name, option), "",
                          fmt::format("it has {}", fmt::join(options, ", ")));
  if (!typed.choices.spanning_trees &&
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
  const algorithms::NamedAlgorithm& named = algorithms::by_name(typed.name);
  if (!named.with) return named.algorithm;
  algorithms::Choices choices = typed.choices;
  if (typed.schedule) choices.order = schedules().at(*typed.schedule);
  choices.sequence = model.sequence();
  choices.evidence_messages = typed.unary_messages;
  choices.message_weights = weights;
  return named.with(choices);
}

}  // namespace unfurl::app
