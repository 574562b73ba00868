// The choice between levels, before anything else of a program runs. This file is compiled for any x86-64.
#include "core/simd.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "unfurl/error.hpp"

namespace unfurl::simd {

/// What the generated code jumps to.
struct Level {
  const char* name;
  const void* functions;
};

#if defined(UNFURL_LEVELS)
// Generated, see lib/cmake/unfurl_level_objects.cmake. The last entry of the list is null.
extern "C" const Level unfurl_levels[];
extern "C" const char unfurl_base_functions[];
extern "C" const void* unfurl_functions;
const void* unfurl_functions = unfurl_base_functions;
#else
constexpr Level unfurl_levels[] = {{UNFURL_SIMD_LEVEL, nullptr}, {nullptr, nullptr}};
#endif

namespace {

bool supported(const char* level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const auto all = [](auto... has) { return (... && (has != 0)); };
  const bool v2 = all(__builtin_cpu_supports("sse4.2"), __builtin_cpu_supports("popcnt"));
  const bool v3 = v2 && all(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"),
                            __builtin_cpu_supports("bmi"), __builtin_cpu_supports("bmi2"));
  if (std::strcmp(level, "v2") == 0) return v2;
  if (std::strcmp(level, "v3") == 0) return v3;
  if (std::strcmp(level, "v4") == 0)
    return v3 && all(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512bw"),
                     __builtin_cpu_supports("avx512cd"), __builtin_cpu_supports("avx512dq"),
                     __builtin_cpu_supports("avx512vl"));
#endif
  return std::strcmp(level, "default") == 0;
}

// Set before constructors run, so nothing here has one.
const Level* chosen = nullptr;
char refused[64] = "";  ///< level that was asked for in vain

/// Before the functions are called by what constructs objects at namespace scope.
[[gnu::constructor(150)]] void choose() {
  for (const Level* level = unfurl_levels; level->name; ++level)
    if (supported(level->name)) chosen = level;
  if (!chosen) {  // whatever comes next may be an instruction that it has not
    constexpr char text[] =
        "unfurl: this library is built for a newer processor than this one\n"
        "  mend:  build it here, or with -DUNFURL_SIMD=all\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
  }
  if (const char* wanted = std::getenv("UNFURL_SIMD"); wanted && *wanted) {
    std::strncpy(refused, wanted, sizeof refused - 1);
    for (const Level* level = unfurl_levels; level->name; ++level)
      if (std::strcmp(level->name, wanted) == 0 && supported(level->name)) {
        chosen = level;
        refused[0] = '\0';
      }
  }
#if defined(UNFURL_LEVELS)
  unfurl_functions = chosen->functions;
#endif
}

std::string usable_levels() {
  std::string text;
  for (const std::string& name : levels())
    if (supported(name.c_str())) text += (text.empty() ? "" : " or ") + name;
  return text;
}

}  // namespace

const std::vector<std::string>& levels() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Level* level = unfurl_levels; level->name; ++level) all.emplace_back(level->name);
    return all;
  }();
  return names;
}

const std::string& level() {
  static const std::string name = chosen->name;
  if (!*refused) return name;
  const bool built = std::find(levels().begin(), levels().end(), refused) != levels().end();
  const bool known =
      !std::strcmp(refused, "v2") || !std::strcmp(refused, "v3") || !std::strcmp(refused, "v4");
  const char* why = built   ? "which this processor has not"
                    : known ? "which this library is not built for"
                            : "which is no level of x86-64";
  throw DataError(detail::cat("the environment asks for UNFURL_SIMD=", refused, ", ", why), "",
                  detail::cat("unset it, or set it to ", usable_levels()));
}

}  // namespace unfurl::simd
