/// Rows of comparisons in a few words.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unfurl/experiment.hpp"

namespace unfurl {

/// A network that is measured as it is.
Contender untrained_row(std::string name, Network network, std::string note = {}, Role role = Role::other);
/// A network that is trained as the problem says.
Contender trained_row(std::string name, Network network, std::string note = {}, Role role = Role::other);
/// More rows below those that are there.
void append(std::vector<Contender>& rows, std::vector<Contender> more);

/// What `make` makes of the choice with the least `error(made)`, the first of equals; and the choice. For numbers of algorithms
/// without training, on data of their own. Empty without choices.
template <class Choices, class Make, class Error>
auto best_choice(const Choices& choices, const Make& make, const Error& error) {
  using Choice = typename Choices::value_type;
  std::optional<std::pair<decltype(make(std::declval<const Choice&>())), Choice>> best;
  double least = 0;
  for (const Choice& choice : choices) {
    auto made = make(choice);
    const double e = error(made);
    if (best && e >= least) continue;
    least = e;
    best.emplace(std::move(made), choice);
  }
  return best;
}

}  // namespace unfurl
