#include "formats/tokens.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/printable.hpp"

namespace unfurl::formats {

using detail::cat;
using detail::excerpt;

namespace {

/// Beginnings of files that hold no text, or text in another encoding.
struct Beginning {
  std::string_view bytes;
  const char *what, *mend;
};
constexpr const char *utf_16 = "the text is in UTF-16",
                     *to_utf_8 = "save it in UTF-8: iconv -f UTF-16 -t UTF-8";
constexpr Beginning foreign[] = {
    {"\xff\xfe", utf_16, to_utf_8},
    {"\xfe\xff", utf_16, to_utf_8},
    {"\x1f\x8b", "this is compressed by gzip, once more than expected", "unpack it with gunzip"},
    {"BZh", "this is compressed by bzip2", "unpack it with bunzip2"},
    {"\xfd"
     "7zXZ",
     "this is compressed by xz", "unpack it with unxz"},
    {"\x28\xb5\x2f\xfd", "this is compressed by zstd", "unpack it with unzstd"},
    {"PK\x03\x04", "this is a zip archive", "unpack it with unzip"},
};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

Tokens::Tokens(std::string_view text, std::string name, bool comments)
    : text_(text), name_(std::move(name)), comments_(comments) {
  for (const Beginning& other : foreign)
    if (text.starts_with(other.bytes)) fail(other.what, other.mend);
  if (text.substr(0, 4).find('\0') != std::string_view::npos)
    fail("this is no text: it begins with zero bytes",
         "give a text file, in UTF-8 if it was saved in UTF-16 or UTF-32");
  if (text.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

bool Tokens::done() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (comments_ && c == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      continue;
    }
    if (!is_space(c)) return false;
    line_ += c == '\n';
    ++at_;
  }
  return true;
}

std::string_view Tokens::word(const char* what) {
  if (done()) {
    word_line_ = line_;
    fail(cat("the file ends before ", what, place()), "it is truncated, or its counts are too large");
  }
  word_line_ = line_;
  const std::size_t start = at_;
  while (at_ < text_.size() && !is_space(text_[at_])) ++at_;
  return word_ = text_.substr(start, at_ - start);
}

int Tokens::integer(const char* what, int low, int high) {
  const std::string_view text = word(what);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument)
    fail(cat("'", excerpt(text), "' is no whole number; expected ", what, place()), "");
  if (error != std::errc() || value < low || value > high)
    fail(high < low ? cat(what, place(), " is ", excerpt(text), ", but there are none")
                    : cat(what, place(), " is ", excerpt(text), ", not from ", low, " to ", high),
         high == std::numeric_limits<int>::max() ? "" : "numbers count from 0");
  return value;
}

int Tokens::count(const char* what, int words) {
  const std::size_t most = words_left();
  const int n = integer(what, 0, std::numeric_limits<int>::max());
  if (static_cast<std::size_t>(n) * static_cast<std::size_t>(words) > most)
    fail(cat(what, place(), " is ", n, ", more than the file has room for"),
         "it is truncated, or the count is wrong");
  return n;
}

double Tokens::number(const char* what) {
  const std::string_view text = word(what);
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() || error == std::errc::invalid_argument)
    fail(cat("'", excerpt(text), "' is no number; expected ", what, place()), "");
  if (error == std::errc::result_out_of_range)
    fail(cat(what, place(), " is ", excerpt(text), ", beyond the range of double precision"),
         "magnitudes from 4.94e-324 to 1.79e308, or 0");
  if (!std::isfinite(value)) fail(cat(what, place(), " is ", excerpt(text)), "finite numbers only");
  return value;
}

double Tokens::entry(const char* what) {
  const double value = number(what);
  if (value < 0) fail(cat(what, place(), " is ", value), "tables hold numbers from 0 up");
  return value;
}

void Tokens::finish(const char* what) {
  if (done()) return;
  word("");
  fail(cat("the file goes on with '", excerpt(word_), "' after ", what),
       "remove what is left over, or mend the counts");
}

void Tokens::fail(const std::string& what, const std::string& mend) const {
  throw DataError(what, where(), mend);
}

std::string Tokens::place() const { return section_ == nullptr ? "" : cat(" in ", section_, " ", number_); }

std::string Tokens::where() const { return cat(name_, ":", word_line_); }

double joint_states(const TableModel& model, const std::vector<int>& scope) {
  double n = 1;
  for (const int v : scope) n *= model.states[static_cast<std::size_t>(v)];
  return n;
}

void check(const TableModel& model) {
  for (std::size_t v = 0; v < model.states.size(); ++v)
    if (model.states[v] < 1 || model.states[v] > most_states)
      throw DataError(cat("variable ", v, " has ", model.states[v], " states"), "",
                      cat("from 1 to ", most_states));
  std::vector<std::size_t> seen(model.states.size(), model.factors.size());  // last factor a variable was in
  for (std::size_t a = 0; a < model.factors.size(); ++a) {
    const TableModel::Factor& f = model.factors[a];
    for (const int v : f.scope) {
      if (v < 0 || v >= static_cast<int>(model.states.size()))
        throw DataError(cat("factor ", a, " joins variable ", v, " of ", model.states.size()), "",
                        "variables count from 0");
      if (seen[static_cast<std::size_t>(v)] == a)
        throw DataError(cat("factor ", a, " joins variable ", v, " twice"), "",
                        "a factor joins different variables");
      seen[static_cast<std::size_t>(v)] = a;
    }
    if (static_cast<double>(f.values.size()) != joint_states(model, f.scope))
      throw DataError(cat("factor ", a, " has ", f.values.size(), " entries for ",
                          joint_states(model, f.scope), " joint states"),
                      "", "give one entry for every joint state");
    for (const double value : f.values)
      if (!std::isfinite(value) || value < 0)
        throw DataError(cat("factor ", a, " has an entry ", value), "",
                        "tables hold finite numbers from 0 up");
  }
}

}  // namespace unfurl::formats
