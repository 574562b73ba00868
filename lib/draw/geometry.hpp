// Places of nodes and courses of lines, in points, for drawings that Graphviz does not arrange itself.
#pragma once

#include <string>
#include <vector>

#include "draw/dot.hpp"

namespace unfurl::dot_text {

struct Point {
  double x = 0, y = 0;
};

/// The attribute "pos" of a node or label.
std::string position(Point p);

/// The attribute "pos" of an edge: straight from corner to corner, rounded there, with room for an arrow head.
std::string wire(const std::vector<Point>& corners);

/// A node with a place and a size.
struct Shape {
  Point centre;
  double width = 0, height = 0;

  double left() const { return centre.x - width / 2; }
  double right() const { return centre.x + width / 2; }
  /// Where the line from the centre to `p` leaves an ellipse of this size.
  Point border_towards(Point p) const;
  Attributes attributes() const;
};

/// A rough width of a text of 11 points, rather too large than too small.
double text_width(const std::string& text);

}  // namespace unfurl::dot_text
