/// What the report of a comparison shows beside numbers: pictures, curves, words and sounds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// What a system is to a comparison: differences are taken to the tied row, and the verdict is on the untied one.
enum class Role { other, untrained, tied, scaled, untied };

/// A network of a comparison, as it is after the training with the first seed.
struct Exhibit {
  std::string name;  ///< the contender's
  Role role = Role::other;
  int layers = 0;  ///< 0 for conventional networks
  Network network;
  bool own_problem = false;  ///< Contender::problem: of other options, on the same test items
};

/// What a system makes of what a panel shows, in words.
struct Reading {
  std::string name;  ///< the system's; a contender's has its colour
  std::string text;
};

/// A picture of numbers on a grid or of colours, a sound, or several of these.
struct Panel {
  std::string name;
  int rows = 0, columns = 0;
  std::vector<float> values;  ///< [planes, rows, columns], the top row first; empty: no picture
  std::filesystem::path
      file;        ///< relative to the report's folder: sounds get a player, others a link; may be empty
  int planes = 1;  ///< 3: red, green and blue from 0 to 1
  std::vector<Reading> readings{};
};

/// A curve, by points from left to right.
struct Trace {
  std::string name;  ///< a contender's has its colour
  std::vector<double> x{}, y{};
  std::vector<double> low{}, high{};  ///< an interval for every y; empty: none
};

/// What a problem shows beside its numbers: a chart of its traces, if there are any, then its panels, which share one scale of
/// colours, from their least to their largest value.
struct Illustration {
  std::string title, caption;
  std::string unit;            ///< of the panels' values
  std::string across, upward;  ///< what the axes show; empty: an axis without numbers
  double length = 0,
         height = 0;  ///< where a panel's axes end; they begin at 0, at the left and at the bottom
  std::vector<Panel> panels;
  std::vector<Trace> traces{};
  bool logarithmic = false;  ///< the chart's axis upwards
};

}  // namespace unfurl
