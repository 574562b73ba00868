// Samples and random numbers.
#include "unfurl/data.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace unfurl {

using detail::cat;

Dataset& Dataset::add(const std::string& name, int planes, int rows, std::vector<float> values,
                      Where where) & {
  return add(name, Samples{planes, rows, std::move(values)}, std::move(where));
}

Dataset Dataset::add(const std::string& name, int planes, int rows, std::vector<float> values,
                     Where where) && {
  return std::move(add(name, planes, rows, std::move(values), std::move(where)));
}

Dataset Dataset::add(const std::string& name, Samples s, Where where) && {
  return std::move(add(name, std::move(s), std::move(where)));
}

Dataset& Dataset::add(const std::string& name, Samples s, Where where) & {
  if (s.planes < 1 || s.rows < 1 || s.values.size() % s.size() != 0)
    throw DataError(cat("'", name, "' has ", s.values.size(), " numbers, which do not fill samples of ",
                        s.planes, " x ", s.rows),
                    where, "give whole samples, one after the other");
  if (!parts_.empty())
    throw DataError(cat("'", name, "' is added to data that are in parts"), where, "add it to every part");
  for (const auto& [other, samples] : arrays_)
    if (other != name && samples.count() != s.count())
      throw DataError(cat("'", name, "' has ", s.count(), " samples, '", other, "' has ", samples.count()),
                      where, "every array needs the same number of samples");
  arrays_[name] = std::move(s);
  return *this;
}

Dataset& Dataset::add(Structure structure, Dataset part, Where where) & {
  const auto refuse = [&](const std::string& what, const std::string& mend) {
    throw DataError(cat("samples of structure ", to_string(structure), " ", what), where, mend);
  };
  if (structure.empty()) refuse("have none", "say what they have in common, such as their length");
  if (!arrays_.empty()) refuse("are added to arrays of samples", "begin with an empty data set");
  if (!part.parts_.empty()) refuse("are in parts themselves", "add their parts");
  if (parts_.count(structure) != 0) refuse("are there already", "put samples of one structure together");
  parts_.emplace(std::move(structure), std::move(part));
  return *this;
}

std::string to_string(const Structure& structure) {
  std::string text = "(";
  for (const int n : structure) text += cat(text.size() == 1 ? "" : ", ", n);
  return text + ")";
}

Samples Dataset::operator[](const std::string& name) && { return take(name); }

const Samples& Dataset::operator[](const std::string& name) const& {
  const auto found = arrays_.find(name);
  if (found != arrays_.end()) return found->second;
  if (!parts_.empty())
    throw DataError(cat("'", name, "' is asked of data in parts, of ", parts_.size(), " structures"), "",
                    "take a part: Dataset::parts()");
  std::vector<std::string> known;
  for (const auto& [key, value] : arrays_) known.push_back(key);
  throw DataError(cat("the data have no '", name, "'"), "", detail::did_you_mean(name, known));
}

Samples Dataset::take(const std::string& name) {
  (void)(*this)[name];
  Samples s = std::move(arrays_[name]);
  arrays_.erase(name);
  return s;
}

int Dataset::samples() const {
  int count = arrays_.empty() ? 0 : arrays_.begin()->second.count();
  for (const auto& [structure, part] : parts_) count += part.samples();
  return count;
}

Dataset Dataset::slice(int first, int count) const {
  if (first < 0 || count < 0 || first > samples() - count)
    throw DataError(cat("samples ", first, " to ", std::int64_t{first} + count - 1, " of ", samples()), "",
                    "samples count from 0");
  Dataset out;
  for (const auto& [structure, part] : parts_) {
    const int begin = std::min(first, part.samples()), end = std::min(first + count, part.samples());
    if (begin < end) out.add(structure, part.slice(begin, end - begin));
    first = std::max(0, first - part.samples());
    count -= end - begin;
  }
  for (const auto& [name, s] : arrays_) {
    const auto begin = s.values.begin() + static_cast<std::ptrdiff_t>(s.size()) * first;
    out.add(name, s.planes, s.rows,
            std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(s.size()) * count));
  }
  return out;
}

DataSource fixed(Dataset data) {
  auto shared = std::make_shared<const Dataset>(std::move(data));
  return {[shared](int, int) { return shared; }};
}

std::uint64_t Random::next() {  // SplitMix64 (Steele, Lea, Flood 2014)
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(6.283185307179586 * uniform());
}

int Random::below(int n) {
  if (n < 1) throw DataError(cat("a random number from 0 to ", n - 1), "", "give a number of at least 1");
  return static_cast<int>(uniform() * n);
}

std::vector<int> Random::permutation(int n) {
  std::vector<int> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (int i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(below(i + 1))]);
  return order;
}

}  // namespace unfurl
