// Words of a text, and errors that say where they stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "unfurl/formats.hpp"

namespace unfurl::formats {

class Tokens {
 public:
  /// `comments`: a '#' hides the rest of its line. A byte-order mark of UTF-8 is passed over. Throws DataError for what
  /// begins as another encoding or as an archive.
  Tokens(std::string_view text, std::string name, bool comments = false);

  /// What the next words belong to, for errors: "the table of factor", 5.
  void enter(const char* section, std::size_t number) {
    section_ = section;
    number_ = number;
  }

  bool done();
  std::size_t bytes() const { return text_.size(); }
  /// Upper bound on the number of words left.
  std::size_t words_left() const { return (text_.size() - at_ + 1) / 2; }
  /// Throws DataError at the end of the text.
  std::string_view word(const char* what);
  /// A whole number in [low, high].
  int integer(const char* what, int low, int high);
  /// A number of things that each take at least `words` words.
  int count(const char* what, int words = 1);
  /// A finite number that double precision holds in full.
  double number(const char* what);
  /// The same, not negative.
  double entry(const char* what);
  /// Throws DataError unless the text is at its end.
  void finish(const char* what);

  [[noreturn]] void fail(const std::string& what, const std::string& mend) const;
  /// "file.uai:12", the line of the last word.
  std::string where() const;

 private:
  std::string place() const;

  std::string_view text_;
  std::string name_;
  bool comments_;
  const char* section_ = nullptr;
  std::size_t number_ = 0;
  std::size_t at_ = 0;
  int line_ = 1, word_line_ = 1;
  std::string_view word_;
};

/// States that a variable may have.
inline constexpr int most_states = 1 << 24;

/// Joint states of variables; a floating-point number, as it may be astronomical.
double joint_states(const TableModel& model, const std::vector<int>& scope);
/// Throws DataError where a model that no parser made breaks the rules of TableModel.
void check(const TableModel& model);

}  // namespace unfurl::formats
