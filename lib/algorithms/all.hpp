// The one list of algorithms with short names: a new one is a file that defines `Named algorithms::name()`, and a line here. The
// command line asks this list, too.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "unfurl/algorithms.hpp"

// clang-format off
#define UNFURL_ALGORITHMS(each) \
  each(mean_field) \
  each(sum_product) \
  each(max_product) \
  each(tree_reweighted) \
  each(fractional) \
  each(gaussian_belief_propagation) \
  each(multiplicative_update) \
  each(proximal_gradient) \
  each(hyperlista) \
  each(amp) \
  each(oamp) \
  each(chambolle_pock) \
  each(admm) \
  each(interference_cancellation) \
  each(expectation_propagation) \
  each(flury_gautschi) \
  each(pair_angles) \
  each(cayley_descent)

// Fields of algorithms' options that can be chosen beside the name.
#define UNFURL_CHOICES(each) \
  each(damping) each(order) each(sequence) each(evidence_messages) each(message_weights) \
  each(edge_weight) each(spanning_trees) each(seed) each(power) each(scale) each(offset)
// clang-format on

namespace unfurl::algorithms {

#define UNFURL_NAME(field) field,
enum class Choice { UNFURL_CHOICES(UNFURL_NAME) };
#undef UNFURL_NAME

/// What is chosen; absent: what the options have.
struct Choices {
  std::optional<double> damping{}, edge_weight{}, power{}, scale{}, offset{};
  std::optional<UpdateOrder> order{};
  std::optional<std::vector<int>> sequence{};
  std::optional<bool> evidence_messages{};
  std::optional<MessageWeights> message_weights{};
  std::optional<int> spanning_trees{};
  std::optional<std::uint64_t> seed{};

  /// The options with the fields that they have and that are chosen.
  template <class Options>
  Options in(Options options) const {
#define UNFURL_SET(field)                      \
  if constexpr (requires { options.field; }) { \
    if (field) options.field = *field;         \
  }
    UNFURL_CHOICES(UNFURL_SET)
#undef UNFURL_SET
    return options;
  }
};

/// A short name, and the options that it stands for.
struct NamedAlgorithm {
  std::string name;
  AlgorithmPointer algorithm;
  std::string prefix{};  ///< of its own parameters, "<prefix>.damping"; empty where nothing can be chosen
  std::string what{};    ///< in a few words
  std::set<Choice> choices{};                              ///< what can be chosen
  std::function<AlgorithmPointer(const Choices&)> with{};  ///< absent where nothing can
};
using Named = std::vector<NamedAlgorithm>;

/// A name whose options can be chosen, all that have a field in `Choices` but for `without`: `infer` takes them.
template <class Options>
NamedAlgorithm choosing(std::string name, std::string prefix, Options options, std::string what,
                        const std::set<Choice>& without = {}) {
  NamedAlgorithm named{std::move(name), options, std::move(prefix), std::move(what)};
#define UNFURL_HAS(field) \
  if constexpr (requires { options.field; }) named.choices.insert(Choice::field);
  UNFURL_CHOICES(UNFURL_HAS)
#undef UNFURL_HAS
  for (const Choice choice : without) named.choices.erase(choice);
  named.with = [options](const Choices& chosen) -> AlgorithmPointer { return chosen.in(options); };
  return named;
}

/// The algorithms of this list and those that name_algorithm() added.
const Named& all();
/// Throws ScheduleError with near names where there is none.
const NamedAlgorithm& by_name(const std::string& name);

#define UNFURL_DECLARE(name) Named name();
UNFURL_ALGORITHMS(UNFURL_DECLARE)
#undef UNFURL_DECLARE

}  // namespace unfurl::algorithms
