/// What the report of a comparison shows beside numbers: pictures and sounds.
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
};

/// A picture of numbers on a grid, a sound, or both.
struct Panel {
  std::string name;
  int rows = 0, columns = 0;
  std::vector<float> values;  ///< [rows, columns], the top row first; empty: no picture
  std::filesystem::path
      file;  ///< relative to the report's folder: sounds get a player, others a link; may be empty
};

/// What a problem shows beside its numbers. The panels share one scale of colours, from their least to their largest value.
struct Illustration {
  std::string title, caption;
  std::string unit;               ///< of the values
  std::string across, upward;     ///< what the axes show; empty: an axis without numbers
  double length = 0, height = 0;  ///< where the axes end; they begin at 0, at the left and at the bottom
  std::vector<Panel> panels;
};

}  // namespace unfurl
