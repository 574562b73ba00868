// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } [numpy.lib.format]
#include "formats/npy_header.hpp"

#include <charconv>
#include <set>

#include "core/printable.hpp"
#include "unfurl/error.hpp"

namespace unfurl {

namespace {

using detail::cat;
using detail::excerpt;

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : rest_(text), header_(text), where_(where) {}

  NpyHeader parse() {
    NpyHeader header;
    std::set<std::string_view> keys;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = text();
      if (!keys.insert(key).second) refuse(cat("it gives '", excerpt(key), "' twice"));
      expect(':');
      if (key == "descr")
        header.descr = text();
      else if (key == "fortran_order")
        header.fortran = truth();
      else if (key == "shape")
        header.shape = shape();
      else
        refuse(cat("it gives '", excerpt(key), "'"));
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (keys.size() != 3) refuse("it lacks one of 'descr', 'fortran_order' and 'shape'");
    skip_spaces();
    if (!rest_.empty()) refuse("it goes on after its end");
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw DataError(cat("an array with the header ", excerpt(header_, 100), ": ", why), where_,
                    "arrays of plain numbers only, without fields or objects, as numpy.save writes them");
  }

  void skip_spaces() {
    const auto end = rest_.find_first_not_of(" \t\n\r\f\v");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }
  bool accept(char c) {
    skip_spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse(cat("there is no '", c, "' where one must be"));
  }

  /// 'text', "text", or either after the prefix of a Unicode or byte string.
  std::string_view text() {
    skip_spaces();
    if (rest_.starts_with('u') || rest_.starts_with('b')) rest_.remove_prefix(1);
    if (!rest_.starts_with('\'') && !rest_.starts_with('"')) refuse("there is no text where one must be");
    const auto length = rest_.substr(1).find(rest_.front());
    if (length == std::string_view::npos) refuse("a text does not end");
    const std::string_view found = rest_.substr(1, length);
    rest_.remove_prefix(length + 2);
    return found;
  }

  bool truth() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return word == "True";
      }
    refuse("'fortran_order' is neither True nor False");
  }

  /// (), (5,), (2, 3); of Python 2 (2L, 3L) too.
  std::vector<std::size_t> shape() {
    std::vector<std::size_t> extents;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      std::size_t extent = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc()) refuse("its shape holds what is no number");
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (rest_.starts_with('L')) rest_.remove_prefix(1);
      extents.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return extents;
  }

  std::string_view rest_;
  std::string_view header_;
  const std::string& where_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& where) {
  return HeaderParser(text, where).parse();
}

}  // namespace unfurl
