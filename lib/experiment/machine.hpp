/// What the numbers of a run depend on besides its settings.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace unfurl::app {

struct Machine {
  std::string version;    ///< of unfurl
  std::string simd;       ///< level of the processor that the library makes use of, such as "x86-64-v3"
  std::string processor;  ///< model name, or "unknown"
  int processors = 0;     ///< that this process may use
  int threads = 0;        ///< used by the run
};

/// `threads` as in Settings: 0 for all.
Machine this_machine(int threads);

std::string version();
/// Throws DataError where the environment asks for a level that is not to be had.
std::string simd_level();

/// "Intel Xeon, 2 threads, unfurl 0.1.0 (x86-64-v3)"
std::string describe(const Machine& machine);

nlohmann::json to_json(const Machine& machine);

}  // namespace unfurl::app
