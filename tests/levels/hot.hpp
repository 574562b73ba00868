// What the test of SIMD levels computes: inline code that depends on the level, a template that is instantiated for all in one
// source, exceptions, and state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace unfurl::hot {

/// Not in the header's users: instantiated in hot.cpp.
template <class T>
class Sums {
 public:
  explicit Sums(std::size_t n) : terms_(n, T(1)) {}
  T sum() const;

 private:
  std::vector<T> terms_;
};
extern template class Sums<float>;
extern template class Sums<double>;

/// What the compiler was told, where it is inline and so the same name at every level.
inline std::string compiled_for() {
#if defined(__AVX512F__)
  return "v4";
#elif defined(__AVX2__)
  return "v3";
#else
  return "v2";
#endif
}

/// As a function of hot.cpp, and of hotter.cpp, which hot.cpp calls.
std::string level();
std::string level_of_other_source();
/// The sum of squares of 1 ... n, by Eigen.
double squares(int n);
/// Throws DataError.
[[noreturn]] void refuse(int number);
/// How often it was called.
int count();
/// Of a source that is not hot.
std::string cold_level();

}  // namespace unfurl::hot
