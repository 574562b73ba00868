#include "cli/other_level.hpp"

#include <nlohmann/json.hpp>

#include "cli/terminal/console.hpp"
#include "experiment/machine.hpp"
#include "experiment/settings_json.hpp"
#include "unfurl/error.hpp"

namespace unfurl::app {

namespace {

/// Empty where nothing says.
std::string recorded_level(const std::filesystem::path& record) {
  try {
    if (std::filesystem::exists(record)) return read_json(record).at("machine").at("simd");
  } catch (const nlohmann::json::exception&) {
  } catch (const DataError&) {
  }
  return "";
}

}  // namespace

void warn_of_other_level(const std::filesystem::path& record) {
  const std::string before = recorded_level(record), now = simd_level();
  if (before.empty() || before == now) return;
  note(
      "unfurl: warning: this ran at {} so far and goes on at {}: last digits come out differently\n"
      "  where: {}\n  mend:  set UNFURL_SIMD={} to go on as it began, in a build that has the level\n",
      before, now, record.string(), before.substr(before.rfind('-') + 1));
}

}  // namespace unfurl::app
