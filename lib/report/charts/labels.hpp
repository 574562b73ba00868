/// Places for the names of points in a chart, so that they cover neither points nor each other where that is possible.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace unfurl::app {

/// A rectangle in pixels; y grows downwards.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

/// A name and where it may stand, the best place first.
struct LabelWish {
  std::string text;
  struct Place {
    double x, y;         ///< of the text's baseline, at its anchor
    const char* anchor;  ///< "start", "middle" or "end"
  };
  std::vector<Place> places;
};

/// One place for every wish, in order: the first one inside `frame` that meets no obstacle and no earlier label, or else
/// the one that covers the least; none where that is more than a fifth of the label, which nobody could read.
std::vector<std::optional<LabelWish::Place>> place_labels(const std::vector<LabelWish>& wishes,
                                                          const std::vector<Box>& obstacles,
                                                          const Box& frame);

/// Places around a point: beside it, above and below.
std::vector<LabelWish::Place> around(double x, double y);
/// Places along a horizontal line, above and below it.
std::vector<LabelWish::Place> along(double left, double right, double y);

}  // namespace unfurl::app
