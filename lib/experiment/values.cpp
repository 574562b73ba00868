#include "experiment/values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "unfurl/error.hpp"

namespace unfurl::app {

namespace {

/// The whole text as a T, as from_chars reads it: alike in every locale.
template <class T>
std::optional<T> read(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return {};
  return value;
}

/// "from 0 to 1", "above 0 and at most 1", "of 0 or more"
std::string bounds(double least, double most, bool above, bool below) {
  std::string text = above ? fmt::format("above {:g}", least) : fmt::format("from {:g}", least);
  if (std::isinf(most)) return above ? text : fmt::format("of {:g} or more", least);
  return text + (below ? fmt::format(" to less than {:g}", most)
                       : fmt::format("{} {:g}", above ? " and at most" : " to", most));
}

Accepted number_between(double least, double most, bool above, bool below) {
  return [=](const std::string& text) -> Reading {
    const std::optional<double> value = read_number(text);
    const bool fits =
        value && (above ? *value > least : *value >= least) && (below ? *value < most : *value <= most);
    if (!fits) return {{}, "give a number " + bounds(least, most, above, below)};
    return {fmt::format("{}", *value + 0.0), {}};  // no negative zero
  };
}

}  // namespace

std::optional<double> read_number(const std::string& text) {
  const std::optional<double> value = read<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

Accepted whole_number(int least, int most) {
  return [=](const std::string& text) -> Reading {
    const std::optional<double> value = read_number(text);  // 4e2 is whole as well
    if (!value || *value != std::floor(*value) || *value < least || *value > most)
      return {{}, fmt::format("give a whole number from {} to {}", least, most)};
    return {fmt::format("{}", static_cast<int>(*value)), {}};
  };
}

Accepted any_seed() {
  return [](const std::string& text) -> Reading {
    const std::optional<std::uint64_t> value = read<std::uint64_t>(text);
    if (value) return {fmt::format("{}", *value), {}};
    return {{}, fmt::format("give a whole number from 0 to {}", std::numeric_limits<std::uint64_t>::max())};
  };
}

Accepted number(double least, double most) { return number_between(least, most, false, false); }
Accepted number_above(double least, double most) { return number_between(least, most, true, false); }
Accepted number_below(double least, double most) { return number_between(least, most, false, true); }

Accepted memory_amount() {
  return [](const std::string& text) -> Reading {
    constexpr std::array<std::pair<std::string_view, double>, 10> units{{{"kB", 1e3},
                                                                         {"KB", 1e3},
                                                                         {"MB", 1e6},
                                                                         {"GB", 1e9},
                                                                         {"TB", 1e12},
                                                                         {"KiB", 1024.0},
                                                                         {"MiB", 1048576.0},
                                                                         {"GiB", 1073741824.0},
                                                                         {"TiB", 1099511627776.0},
                                                                         {"B", 1.0}}};
    std::string amount = text;
    double unit = 1;
    for (const auto& [name, bytes] : units)
      if (amount.ends_with(name)) {
        unit = bytes;
        amount.resize(amount.size() - name.size());
        while (amount.ends_with(' ')) amount.pop_back();
        break;
      }
    const std::optional<double> value = read_number(amount);
    if (!value || *value * unit < 1 || *value * unit > 1e18)
      return {{}, "give an amount of memory such as 2GB, 500MB or 1.5GiB"};
    return {fmt::format("{}", static_cast<std::uint64_t>(*value * unit)), {}};
  };
}

Accepted one_of(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) -> Reading {
    for (const std::string& word : words)
      if (word == text) return {text, {}};
    return {{}, detail::did_you_mean(text, words)};
  };
}

}  // namespace unfurl::app
