#include "unfurl/contenders.hpp"

#include <iterator>

namespace unfurl {

Contender untrained_row(std::string name, Network network, std::string note, Role role) {
  return {.name = std::move(name),
          .network = std::move(network),
          .trained = false,
          .note = std::move(note),
          .role = role};
}

Contender trained_row(std::string name, Network network, std::string note, Role role) {
  return {.name = std::move(name), .network = std::move(network), .note = std::move(note), .role = role};
}

void append(std::vector<Contender>& rows, std::vector<Contender> more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace unfurl
