// Reading drawings back: the nodes of an SVG picture, and counting in DOT text.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
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

/// What stands between each `before` and the next `after`.
inline std::vector<std::string> between(const std::string& text, const std::string& before,
                                        const std::string& after) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
    at += before.size();
    found.push_back(text.substr(at, text.find(after, at) - at));
  }
  return found;
}

/// All numbers in a text, in order.
inline std::vector<double> numbers(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return std::string("+-.0123456789").find(c) == std::string::npos; }, ' ');
  std::vector<double> found;
  char* end = text.data();
  for (const char* at = text.data();; at = end) {
    const double number = std::strtod(at, &end);
    if (end == at) return found;
    found.push_back(number);
  }
}

/// The frames of all nodes of an SVG element that Graphviz wrote.
inline std::vector<Frame> frames(const std::string& svg) {
  std::vector<Frame> found;
  for (const std::string& group : between(svg, "class=\"node\"", "</g>")) {
    Frame frame;
    frame.node = between(group, "<title>", "</title>").at(0);
    for (const std::string& ellipse : between(group, "<ellipse ", "/>")) {
      const auto value = [&](const char* name) { return numbers(between(ellipse, name, "\"").at(0)).at(0); };
      const double x = value(" cx=\""), y = value(" cy=\""), width = value(" rx=\""),
                   height = value(" ry=\"");
      frame.include(x - width, y - height);
      frame.include(x + width, y + height);
    }
    for (const char* outline : {" points=\"", " d=\""})
      for (const std::string& points : between(group, outline, "\"")) {
        const std::vector<double> n = numbers(points);
        for (std::size_t k = 0; k + 1 < n.size(); k += 2) frame.include(n[k], n[k + 1]);
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
  return static_cast<int>(between(text, part, part).size());
}

/// Fill colours of the nodes of a DOT text, by name.
inline std::map<std::string, std::string> fills(const std::string& dot) {
  std::map<std::string, std::string> found;
  for (const std::string& line : between(dot, "\n", "\n")) {
    const auto name = between(line, " \"", "\" ["), fill = between(line, "fillcolor=\"", "\"");
    if (!name.empty() && !fill.empty()) found[name[0]] = fill[0];
  }
  return found;
}

}  // namespace drawing
