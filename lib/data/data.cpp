// Samples and random numbers.
#include "unfurl/data.hpp"

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
  for (const auto& [other, samples] : arrays_)
    if (other != name && samples.count() != s.count())
      throw DataError(cat("'", name, "' has ", s.count(), " samples, '", other, "' has ", samples.count()),
                      where, "every array needs the same number of samples");
  arrays_[name] = std::move(s);
  return *this;
}

Samples Dataset::operator[](const std::string& name) && { return take(name); }

const Samples& Dataset::operator[](const std::string& name) const& {
  const auto found = arrays_.find(name);
  if (found != arrays_.end()) return found->second;
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

int Dataset::samples() const { return arrays_.empty() ? 0 : arrays_.begin()->second.count(); }

Dataset Dataset::slice(int first, int count) const {
  if (first < 0 || count < 0 || first > samples() - count)
    throw DataError(cat("samples ", first, " to ", std::int64_t{first} + count - 1, " of ", samples()), "",
                    "samples count from 0");
  Dataset out;
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
