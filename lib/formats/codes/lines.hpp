// Lines of a text, and errors that say where they stand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl::formats {

/// A line with something on it.
struct Line {
  int number = 0;
  std::vector<std::string_view> words;
};

class Lines {
 public:
  /// A '#' hides the rest of its line. Throws DataError for what begins as another encoding or as an archive.
  Lines(std::string_view text, std::string name);

  /// The next line with words, which stays; absent at the end.
  const Line* peek();
  /// Throws DataError at the end of the text.
  Line next(const char* what);
  std::size_t bytes() const { return text_.size(); }

  [[noreturn]] void fail(int line, const std::string& what, const std::string& mend) const;
  /// The error of a text that goes on after `what`, or nothing.
  void finish(const char* what);

 private:
  std::string_view text_;
  std::string name_;
  std::size_t at_ = 0;
  int line_ = 0;
  std::optional<Line> waiting_;
};

/// A whole number in [low, high]; `what` is "a column".
int whole(const Lines& lines, const Line& line, std::string_view word, const char* what, int low, int high);
double probability(const Lines& lines, const Line& line, std::string_view word);

}  // namespace unfurl::formats
