#include "experiment/machine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/simd.hpp"
#include "unfurl/options.hpp"

namespace unfurl::app {

namespace {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

std::string version() { return UNFURL_VERSION; }

std::string simd_level() {
  const std::string& level = simd::level();
  return level == "default" ? level : "x86-64-" + level;
}

Machine this_machine(int threads) {
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return {version(), simd_level(), processor_name(), processors, threads > 0 ? threads : processors};
}

std::string describe(const Machine& m) {
  return fmt::format("{}, {} thread{}, unfurl {} ({})", m.processor, m.threads, m.threads == 1 ? "" : "s",
                     m.version, m.simd);
}

nlohmann::json to_json(const Machine& m) {
  return {{"version", m.version},
          {"simd", m.simd},
          {"processor", m.processor},
          {"processors", m.processors},
          {"threads", m.threads}};
}

}  // namespace unfurl::app

namespace unfurl {

void let_threads_give_way(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  if (setenv("GOMP_SPINCOUNT", "20000", 0) == 0) execv("/proc/self/exe", argv);
}

}  // namespace unfurl
