#include "experiment/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace unfurl::app {

namespace {

constexpr int most_decimals = 8;  // smaller numbers have an exponent

/// A sign before zeros alone would claim a direction that no digit shows.
std::string without_sign_of_zero(std::string text) {
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
}

}  // namespace

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  if (decimals > most_decimals) return fmt::format("{:.3e}", value);
  return without_sign_of_zero(fmt::format("{:.{}f}", value, decimals));
}

std::string signed_fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  if (decimals > most_decimals) return fmt::format("{:+.3e}", value);
  return without_sign_of_zero(fmt::format("{:+.{}f}", value, decimals));
}

int decimals_for(const std::vector<double>& values) {
  double largest = 0;
  for (const double v : values)
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  if (largest == 0) return 2;
  return std::max(3 - static_cast<int>(std::floor(std::log10(largest))), 0);
}

std::string grouped(std::size_t n) {
  std::string digits = std::to_string(n);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "–";
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string counted(std::size_t n, const std::string& noun) {
  return fmt::format("{} {}{}", grouped(n), noun, n == 1 ? "" : "s");
}

}  // namespace unfurl::app
