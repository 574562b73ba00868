// Reading drawings back: the nodes of an SVG picture, and counting in DOT text.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace drawing {

struct Frame {
  std::string node;
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  void include(double x, double y) {
    left = std::min(left, x), right = std::max(right, x);
    top = std::min(top, y), bottom = std::max(bottom, y);
  }
  bool overlaps(const Frame& o) const {
    constexpr double touch = 0.5;
    return left + touch < o.right && o.left + touch < right && top + touch < o.bottom &&
           o.top + touch < bottom;
  }
};

/// The frames of all nodes of an SVG element that Graphviz wrote.
inline std::vector<Frame> frames(const std::string& svg) {
  std::vector<Frame> found;
  static const std::regex title("<title>([^<]*)</title>"), number("-?[0-9.]+");
  static const std::regex ellipse("cx=\"([^\"]*)\" cy=\"([^\"]*)\" rx=\"([^\"]*)\" ry=\"([^\"]*)\"");
  static const std::regex outline("(?:points| d)=\"([^\"]*)\"");
  for (std::size_t at = svg.find("class=\"node\""); at != std::string::npos;
       at = svg.find("class=\"node\"", at + 1)) {
    const std::string group = svg.substr(at, svg.find("</g>", at) - at);
    Frame frame;
    std::smatch match;
    if (std::regex_search(group, match, title)) frame.node = match[1];
    const auto value = [](const std::ssub_match& text) { return std::strtod(text.str().c_str(), nullptr); };
    for (std::sregex_iterator i(group.begin(), group.end(), ellipse), end; i != end; ++i) {
      frame.include(value((*i)[1]) - value((*i)[3]), value((*i)[2]) - value((*i)[4]));
      frame.include(value((*i)[1]) + value((*i)[3]), value((*i)[2]) + value((*i)[4]));
    }
    for (std::sregex_iterator i(group.begin(), group.end(), outline), end; i != end; ++i) {
      const std::string points = (*i)[1];
      std::vector<double> numbers;
      for (std::sregex_iterator n(points.begin(), points.end(), number); n != end; ++n)
        numbers.push_back(std::strtod(n->str().c_str(), nullptr));
      for (std::size_t k = 0; k + 1 < numbers.size(); k += 2) frame.include(numbers[k], numbers[k + 1]);
    }
    found.push_back(frame);
  }
  return found;
}

/// "a and b" for the first two nodes that overlap; empty when none do.
inline std::string overlap(const std::string& svg) {
  const std::vector<Frame> all = frames(svg);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (all[i].overlaps(all[j])) return all[i].node + " and " + all[j].node;
  return "";
}

inline int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// Fill colours of the nodes of a DOT text, by name.
inline std::map<std::string, std::string> fills(const std::string& dot) {
  std::map<std::string, std::string> found;
  static const std::regex node("\n *\"([^\"]*)\" \\[[^\n]*fillcolor=\"([^\"]*)\"");
  for (std::sregex_iterator i(dot.begin(), dot.end(), node), end; i != end; ++i) found[(*i)[1]] = (*i)[2];
  return found;
}

}  // namespace drawing
