// Prints the level at which hot functions run and whether they do what they should; with a level, whether it is that one.
#include <cstdio>

#include "core/simd.hpp"
#include "hot.hpp"
#include "unfurl/error.hpp"

namespace {

using namespace unfurl;

// Before main(), the choice has been made.
const std::string level_at_start = hot::level();

bool throws() {
  try {
    hot::refuse(7);
  } catch (const DataError& error) {
    return error.what_happened() == "no 7" && error.where() == hot::level();
  }
}

bool right(const std::string& wanted) {
  const std::string level = simd::level();
  return (wanted.empty() || level == wanted) && hot::level() == level && level_at_start == level &&
         hot::cold_level() == simd::levels()[0] && hot::compiled_for() == simd::levels()[0] &&
         hot::squares(100) == 338350 && hot::Sums<float>(5).sum() == 5 && hot::Sums<double>(6).sum() == 6 &&
         throws() && hot::count() == 1 && hot::count() == 2;
}

}  // namespace

int main(int argc, char** argv) try {
  const bool good = right(argc > 1 ? argv[1] : "");
  std::printf("at %s: %s\n", simd::level().c_str(), good ? "as it should be" : "not as it should be");
  return good ? 0 : 1;
} catch (const Error& error) {
  std::puts(error.what());
  return 1;
}
