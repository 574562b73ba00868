/// What the models' illustrations share.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "unfurl/error.hpp"
#include "unfurl/exhibit.hpp"

namespace unfurl {

/// The name, with the layers where several networks have it: as the report calls the row.
inline std::string label_of(const Exhibit& exhibit, const std::vector<Exhibit>& networks) {
  const bool one = std::count_if(networks.begin(), networks.end(),
                                 [&](const Exhibit& other) { return other.name == exhibit.name; }) == 1;
  return one ? exhibit.name : detail::cat(exhibit.name, ", K=", exhibit.layers);
}

/// Which of some numbers is the middling one, and which the largest.
struct Chosen {
  std::size_t middling = 0, worst = 0;
};
inline Chosen choose(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return {order[order.size() / 2], order.back()};
}

}  // namespace unfurl
