#include "formats/codes/lines.hpp"

#include <charconv>
#include <cmath>

#include "core/printable.hpp"
#include "formats/tokens.hpp"

namespace unfurl::formats {

using detail::cat;
using detail::excerpt;

namespace {

constexpr std::string_view space = " \t\r\v\f";

/// A view takes 16 bytes, and a word no more than two of the text: so many are made room for, not more.
std::size_t count_words(std::string_view text) {
  std::size_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = space.find(c) != std::string_view::npos;
    count += !blank && !inside ? 1 : 0;
    inside = !blank;
  }
  return count;
}

}  // namespace

Lines::Lines(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
  const Tokens encoding(text, name_);  // refuses others
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

const Line* Lines::peek() {
  while (!waiting_ && at_ < text_.size()) {
    ++line_;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view rest = text_.substr(at_, end - at_);
    at_ = end + 1;
    rest = rest.substr(0, rest.find('#'));
    Line line{line_, {}};
    line.words.reserve(count_words(rest));
    for (auto from = rest.find_first_not_of(space); from != std::string_view::npos;
         from = rest.find_first_not_of(space)) {
      rest.remove_prefix(from);
      const std::size_t length = std::min(rest.find_first_of(space), rest.size());
      line.words.push_back(rest.substr(0, length));
      rest.remove_prefix(length);
    }
    if (!line.words.empty()) waiting_ = std::move(line);
  }
  return waiting_ ? &*waiting_ : nullptr;
}

Line Lines::next(const char* what) {
  if (peek() == nullptr)
    fail(line_, cat("the file ends before ", what), "it is truncated, or its counts are too large");
  Line line = std::move(*waiting_);
  waiting_.reset();
  return line;
}

void Lines::fail(int line, const std::string& what, const std::string& mend) const {
  throw DataError(what, cat(name_, ":", std::max(line, 1)), mend);
}

void Lines::finish(const char* what) {
  if (const Line* line = peek())
    fail(line->number, cat("the file goes on with '", excerpt(line->words[0]), "' after ", what),
         "remove what is left over, or mend the counts");
}

int whole(const Lines& lines, const Line& line, std::string_view word, const char* what, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (end != word.data() + word.size() || error == std::errc::invalid_argument)
    lines.fail(line.number, cat("'", excerpt(word), "' is no whole number; expected ", what), "");
  if (error != std::errc() || value < low || value > high)
    lines.fail(line.number, cat(what, " is ", excerpt(word), ", not from ", low, " to ", high), "");
  return value;
}

double probability(const Lines& lines, const Line& line, std::string_view word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (end != word.data() + word.size() || error != std::errc() || !(value >= 0 && value <= 1))
    lines.fail(line.number, cat("'", excerpt(word), "' is no probability"), "a number from 0 to 1");
  return value;
}

}  // namespace unfurl::formats
