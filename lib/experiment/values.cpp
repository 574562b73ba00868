#include "experiment/values.hpp"

#include <fmt/format.h>

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

Accepted one_of(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) -> Reading {
    for (const std::string& word : words)
      if (word == text) return {text, {}};
    return {{}, detail::did_you_mean(text, words)};
  };
}

}  // namespace unfurl::app
