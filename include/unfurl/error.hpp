#pragma once
/// Errors: what happened, where (the user's own line or file), and how to mend it.
///
///   unfurl: factor 'parity' joins 'bit' with 3 states; Parity needs binary variables
///     where: ldpc.cpp:14
///     mend:  declare it with m.discrete("bit", {n}, 2)
///
/// A line without content is left out. The type of the exception says whose mistake it is.

#include <locale>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unfurl {

/// A line of source code. Declarations take `Where where = Where::here()` as their last argument, which
/// records the line of the caller; it converts to the text "file.cpp:14" wherever an error wants one.
struct Where {
  std::string file;
  int line = 0;

  static Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }

  /// "file.cpp:14" without the folders; empty when no file is known.
  std::string text() const;
  operator std::string() const { return text(); }  // NOLINT: errors accept a Where in place of a text
};

std::ostream& operator<<(std::ostream& out, const Where& where);

/// Base of all exceptions of this library; what() is the formatted text shown above.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string what, std::string where = {}, std::string mend = {});

  const std::string& what_happened() const& { return what_; }
  std::string what_happened() && { return std::move(what_); }
  const std::string& where() const& { return where_; }
  std::string where() && { return std::move(where_); }
  const std::string& mend() const& { return mend_; }
  std::string mend() && { return std::move(mend_); }

 private:
  std::string what_, where_, mend_;
};

/// The declaration of a model is wrong: shapes, domains, factors that do not fit their variables.
class ModelError : public Error {
 public:
  using Error::Error;
};

/// The unrolling is wrong: unknown parameters, impossible layers, an algorithm that cannot serve a factor.
class ScheduleError : public Error {
 public:
  using Error::Error;
};

/// Files or numbers given as data are wrong: missing, truncated, foreign, of other shape, not finite.
class DataError : public Error {
 public:
  using Error::Error;
};

/// A run produced a value that is not finite.
class NumericalError : public Error {
 public:
  using Error::Error;
};

/// A mistake in this library itself, or in what extends it; the text asks for a report unless it says how to mend it.
class InternalError : public Error {
 public:
  explicit InternalError(std::string what, std::string where = Where::here(), std::string mend = {});
};

namespace detail {

/// Streams all arguments into one string: cat("layer ", 3, " of ", name). Numbers are written alike in every locale, since
/// such strings become names and are compared.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return std::move(out).str();
}

/// Throws InternalError, naming the calling line, when an invariant of the library does not hold.
inline void check(bool holds, const char* invariant, Where where = Where::here()) {
  if (!holds) throw InternalError(cat("broken invariant: ", invariant), where);
}

/// "did you mean 'width'? known: height, width" from the edit distance to each known name; without a name
/// that is close, only "known: ..."; "nothing is known here" when the list is empty.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace detail
}  // namespace unfurl
