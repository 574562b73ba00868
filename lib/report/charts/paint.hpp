/// Colours of series: the same name has the same colour on every page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "unfurl/exhibit.hpp"

namespace unfurl::app {

inline constexpr std::size_t colour_count = 16;  ///< the style sheet's --c0 ..

/// How a series is drawn.
struct Paint {
  int colour = -1;      ///< of the style sheet; -1: that of text
  double strength = 1;  ///< opacity: less for shallower networks of one name

  bool operator==(const Paint&) const = default;
};

/// What tells series apart.
struct Series {
  std::string name;
  Role role = Role::other;
  int layers = 0;
};

/// One paint for each. Roles have colours of their own; other names have those that follow from their letters, or the next one
/// that is free where an earlier name has it. Depths of one name are one colour, the deepest at full strength.
std::vector<Paint> paints(const std::vector<Series>& series);

/// As CSS.
std::string css_colour(const Paint& paint);

}  // namespace unfurl::app
