#include "core/size_text.hpp"

#include <array>

namespace unfurl::detail {

std::string size_text(std::size_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  constexpr std::array names{" kB", " MB", " GB", " TB", " PB", " EB"};
  std::size_t thousandths = bytes, unit = 0;  // of the unit, rounded up
  for (; thousandths >= 1000000; ++unit) thousandths = (thousandths + 999) / 1000;
  std::size_t step = 1;  // of three digits
  while (thousandths >= 1000 * step) step *= 10;
  thousandths = (thousandths + step - 1) / step * step;
  if (thousandths >= 1000000) thousandths /= 1000, ++unit;
  std::string text = std::to_string(thousandths / 1000);
  const std::string rest = std::to_string(1000 + thousandths % 1000).substr(1);
  if (text.size() < 3) text += "." + rest.substr(0, 3 - text.size());
  return text + names.at(unit);
}

}  // namespace unfurl::detail
