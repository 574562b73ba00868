#include "draw/geometry.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/error.hpp"

namespace unfurl::dot_text {

using detail::cat;

namespace {

/// `distance` from one point to another, at most half the way.
Point along(Point from, Point to, double distance) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  const double share = length > 0 ? std::min(distance, length / 2) / length : 0;
  return {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
}

}  // namespace

std::string position(Point p) {
  const auto tenth = [](double v) { return std::round(10 * v) / 10 + 0.0; };  // + 0.0: no "-0"
  return cat(tenth(p.x), ",", tenth(p.y));
}

std::string wire(const std::vector<Point>& corners) {
  constexpr double radius = 6, head = 6;
  std::string text = cat("e,", position(corners.back()), " ", position(corners.front()));
  const auto curve = [&](Point a, Point b, Point c) {
    text += cat(" ", position(a), " ", position(b), " ", position(c));
  };
  Point here = corners.front();
  const auto straight = [&](Point to) {
    curve(here, to, to);
    here = to;
  };
  for (std::size_t i = 1; i + 1 < corners.size(); ++i) {
    straight(along(corners[i], corners[i - 1], radius));
    here = along(corners[i], corners[i + 1], radius);
    curve(corners[i], corners[i], here);
  }
  straight(along(corners.back(), here, head));
  return text;
}

Point Shape::border_towards(Point p) const {
  const double length = std::hypot((p.x - centre.x) / (width / 2), (p.y - centre.y) / (height / 2));
  if (length == 0) return centre;
  return {centre.x + (p.x - centre.x) / length, centre.y + (p.y - centre.y) / length};
}

Attributes Shape::attributes() const {
  return {{"pos", position(centre)},
          {"width", cat(width / 72)},
          {"height", cat(height / 72)},
          {"fixedsize", "true"}};
}

double text_width(const std::string& text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  return 6.2 * static_cast<double>(characters);
}

}  // namespace unfurl::dot_text
