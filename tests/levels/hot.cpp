#include "hot.hpp"

#include <numeric>

#include "unfurl/error.hpp"

namespace unfurl::hot {

template <class T>
T Sums<T>::sum() const {
  return std::accumulate(terms_.begin(), terms_.end(), T(0));
}
template class Sums<float>;
template class Sums<double>;

std::string level() { return compiled_for() == level_of_other_source() ? compiled_for() : "two at once"; }

void refuse(int number) {
  const std::vector<std::string> words(3, "no");  // something to unwind
  throw DataError(detail::cat(words[1], " ", number), compiled_for(), "");
}

int count() {
  static int calls = 0;
  return ++calls;
}

}  // namespace unfurl::hot
