/// Numbers, counts and durations as people read them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace unfurl::app {

/// A number with the given digits after the point, or with an exponent where these are more than eight; "–" when it is not
/// finite.
std::string fixed(double value, int decimals);
/// With an explicit sign, unless it rounds to zero.
std::string signed_fixed(double value, int decimals);
/// Digits after the point that leave about four significant ones for the largest of `values`.
int decimals_for(const std::vector<double>& values);
/// 1234567 as "1,234,567".
std::string grouped(std::size_t n);
/// A duration as "0.42 s", "12.3 s", "3:05 min" or "1:02:03 h".
std::string duration(double seconds);
/// "1 seed", "3 seeds"
std::string counted(std::size_t n, const std::string& noun);

}  // namespace unfurl::app
