/// Numbers on a grid as an image file.
#pragma once

#include <string>
#include <vector>

namespace unfurl::app {

/// A PNG file of values [rows, columns], the top row first, from dark (`low` and below) to bright (`high` and above).
/// Values that are not finite are dark. Throws InternalError unless there are rows * columns values.
std::string to_png(const std::vector<float>& values, int rows, int columns, float low, float high);

/// The same of red, green and blue from 0 to 1, [3, rows, columns]. Throws InternalError for another number of values.
std::string to_colour_png(const std::vector<float>& values, int rows, int columns);

/// Any bytes as text [RFC 4648].
std::string to_base64(const std::string& bytes);

/// An address that holds the PNG file itself.
std::string data_uri(const std::string& png);

}  // namespace unfurl::app
