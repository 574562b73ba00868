// Codes of which not all bits are sent.
#include <algorithm>

#include "unfurl/at.hpp"
#include "unfurl/codes.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// The checks, and that bits are 0.
BinaryMatrix with_zeros(const Code& code) {
  BinaryMatrix all = code.checks;
  for (const int i : code.shortened) all.rows.push_back({i});
  return all;
}

}  // namespace

double code_rate(const Code& code) {
  std::vector<int> absent = code.shortened;
  absent.insert(absent.end(), code.punctured.begin(), code.punctured.end());
  std::sort(absent.begin(), absent.end());
  if (!absent.empty() && (absent.front() < 0 || absent.back() >= code.bits()))
    throw DataError(cat("of ", code.bits(), " bits one that is not there is not sent"), code.name,
                    "bits count from 0");
  if (const auto twice = std::adjacent_find(absent.begin(), absent.end()); twice != absent.end())
    throw DataError(cat("bit ", *twice, " is shortened or punctured twice"), code.name, "list it once");
  const int dimension = code.bits() - rank(with_zeros(code)),
            sent = code.bits() - static_cast<int>(absent.size());
  if (dimension == 0)
    throw DataError("the code has the zero word only: there is no rate", code.name,
                    code.shortened.empty() ? "give fewer checks" : "shorten fewer bits");
  if (sent == 0) throw DataError("no bit of the code is sent", code.name, "puncture fewer");
  if (dimension > sent)
    throw DataError(
        cat("a rate above 1: ", sent, " bits are sent for ", dimension,
            " of message, which no decoder finds"),
        code.name,
        cat("puncture at most ", absent.size() - code.shortened.size() - at(dimension - sent), " bits"));
  return static_cast<double>(dimension) / sent;
}

BinaryMatrix words_to_send(const Code& code) { return kernel(with_zeros(code)); }

}  // namespace unfurl
