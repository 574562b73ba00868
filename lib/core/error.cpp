#include "unfurl/error.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/printable.hpp"

namespace unfurl {
namespace {

std::string formatted(const std::string& what, const std::string& where, const std::string& mend) {
  std::string text = "unfurl: " + what;
  if (!where.empty()) text += "\n  where: " + where;
  if (!mend.empty()) text += "\n  mend:  " + mend;
  return text;
}

/// Number of insertions, deletions, replacements and swaps of neighbours between two words, ignoring case (Damerau).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };  // in every locale
  const auto same = [&](char c, char d) { return lower(c) == lower(d); };
  std::vector<std::size_t> above, row(b.size() + 1), below(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    below[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      below[j] = std::min({row[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1), row[j] + 1, below[j - 1] + 1});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        below[j] = std::min(below[j], above[j - 2] + 1);
    }
    above = row;
    std::swap(row, below);
  }
  return row.back();
}

}  // namespace

std::string Where::text() const {
  if (file.empty()) return {};
  const auto slash = file.find_last_of("/\\");
  return detail::cat(slash == std::string::npos ? file : file.substr(slash + 1), ':', line);
}

std::ostream& operator<<(std::ostream& out, const Where& where) { return out << where.text(); }

// Names, paths and words of files end up in all three texts, so here is the place that none of them can bypass.
Error::Error(std::string what, std::string where, std::string mend)
    : std::runtime_error(formatted(what = detail::printable(what), where = detail::printable(where),
                                   mend = detail::printable(mend))),
      what_(std::move(what)),
      where_(std::move(where)),
      mend_(std::move(mend)) {}

InternalError::InternalError(std::string what, std::string where, std::string mend)
    : Error(std::move(what), std::move(where),
            mend.empty() ? "this is a mistake in unfurl itself; please report it" : std::move(mend)) {}

namespace detail {

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  if (known.empty()) return "nothing is known here";
  // The beginning of a name stands for it, once it is long enough to mean something.
  const auto distance = [&](const std::string& name) {
    const bool begun =
        wrong.size() >= 3 && name.starts_with(wrong) && wrong.find_first_not_of('-') + 2 < wrong.size();
    return begun ? std::size_t{0} : edit_distance(wrong, name);
  };
  const auto closest = std::min_element(
      known.begin(), known.end(), [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  // A third of the letters may differ: enough for a slip of the keyboard, too little for another word.
  const bool close = distance(*closest) <= std::max<std::size_t>(1, (wrong.size() + 1) / 3);

  std::string text = close ? "did you mean '" + *closest + "'? known: " : "known: ";
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "" : ", ") + known[i];
  return text;
}

}  // namespace detail
}  // namespace unfurl
