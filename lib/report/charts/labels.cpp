#include "report/charts/labels.hpp"

#include <algorithm>

#include "report/charts/chart.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

Box box_of(const std::string& text, const LabelWish::Place& place) {
  const double length = letter_pixels * static_cast<double>(width(text));
  const std::string anchor = place.anchor;
  const double left = place.x - (anchor == "end" ? length : anchor == "middle" ? length / 2 : 0);
  return {left, place.y - 10, left + length, place.y + 3};
}

double overlap(const Box& a, const Box& b) {
  const double across = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double down = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}

double area(const Box& a) { return (a.right - a.left) * (a.bottom - a.top); }

}  // namespace

std::vector<std::optional<LabelWish::Place>> place_labels(const std::vector<LabelWish>& wishes,
                                                          const std::vector<Box>& obstacles,
                                                          const Box& frame) {
  std::vector<std::optional<LabelWish::Place>> chosen;
  std::vector<Box> labels;
  for (const LabelWish& wish : wishes) {
    const LabelWish::Place* best = nullptr;
    double least = 0;
    for (const LabelWish::Place& place : wish.places) {
      const Box box = box_of(wish.text, place);
      double covered = 10 * (area(box) - overlap(box, frame));  // what leaves the chart is worst
      for (const Box& obstacle : obstacles) covered += overlap(box, obstacle);
      for (const Box& label : labels)
        covered += 10 * overlap(box, label);  // text on text is worse than on lines
      if (best && covered >= least) continue;
      best = &place;
      least = covered;
    }
    const Box box = box_of(wish.text, *best);
    if (least > area(box) / 5) {
      chosen.emplace_back();
      continue;
    }
    chosen.emplace_back(*best);
    labels.push_back(box);
  }
  return chosen;
}

std::vector<LabelWish::Place> around(double x, double y) {
  return {{x + 10, y + 4, "start"}, {x - 10, y + 4, "end"},   {x, y - 10, "middle"},  {x, y + 18, "middle"},
          {x + 8, y - 8, "start"},  {x + 8, y + 16, "start"}, {x - 8, y - 8, "end"},  {x - 8, y + 16, "end"},
          {x + 8, y - 21, "start"}, {x + 8, y + 29, "start"}, {x - 8, y - 21, "end"}, {x - 8, y + 29, "end"}};
}

std::vector<LabelWish::Place> along(double left, double right, double y) {
  const double middle = (left + right) / 2;
  return {{right - 2, y - 5, "end"},  {left + 4, y - 5, "start"},  {middle, y - 5, "middle"},
          {right - 2, y + 13, "end"}, {left + 4, y + 13, "start"}, {middle, y + 13, "middle"}};
}

}  // namespace unfurl::app
