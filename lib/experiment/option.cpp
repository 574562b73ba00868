// The choices of a task, and the values that settings have for them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiment/values.hpp"
#include "unfurl/error.hpp"
#include "unfurl/options.hpp"

namespace unfurl {

namespace {

using app::Accepted;

/// What an option takes, in the words of the command line's own options.
Accepted accepted(const Option::Whole& kind) { return app::whole_number(kind.least, kind.most); }
Accepted accepted(const Option::Number& kind) { return app::number(kind.least, kind.most); }
Accepted accepted(const Option::Word& kind) { return app::one_of(kind.words); }
Accepted accepted(const Option::Flag&) { return app::one_of({"no", "yes"}); }

std::string text_of(const Option::Whole& kind) { return fmt::format("{}", kind.value); }
std::string text_of(const Option::Number& kind) { return fmt::format("{}", kind.value); }
std::string text_of(const Option::Word& kind) { return kind.value; }
std::string text_of(const Option::Flag& kind) { return kind.value ? "yes" : "no"; }

std::string values_of(const Option::Whole& kind) {
  return fmt::format("whole, {} .. {}", kind.least, kind.most);
}
std::string values_of(const Option::Number& kind) {
  return fmt::format("{:g} .. {:g}", kind.least, kind.most);
}
std::string values_of(const Option::Word& kind) { return fmt::format("{}", fmt::join(kind.words, ", ")); }
std::string values_of(const Option::Flag&) { return "no, yes"; }

}  // namespace

std::string Option::standard() const {
  return std::visit([](const auto& k) { return text_of(k); }, kind);
}

std::string Option::values() const {
  return std::visit([](const auto& k) { return values_of(k); }, kind);
}

std::string Option::read(const std::string& text) const {
  const Accepted what = std::visit([](const auto& k) { return accepted(k); }, kind);
  const app::Reading reading = what(text);
  if (!reading.mend.empty())
    throw ModelError(fmt::format("option '{}' cannot be '{}'", name, text),
                     fmt::format("--set {}={}", name, text), reading.mend);
  return reading.value;
}

std::string Settings::word(const std::string& option) const {
  const auto found = options.find(option);
  if (found == options.end()) throw InternalError(detail::cat("there is no option '", option, "'"));
  return found->second;
}

double Settings::number(const std::string& option) const {
  const std::optional<double> value = app::read_number(word(option));
  if (!value) throw InternalError(detail::cat("option '", option, "' holds no number: '", word(option), "'"));
  return *value;
}

int Settings::whole(const std::string& option) const { return static_cast<int>(number(option)); }

bool Settings::flag(const std::string& option) const { return word(option) == "yes"; }

}  // namespace unfurl
