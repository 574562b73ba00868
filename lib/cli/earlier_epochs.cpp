#include "cli/earlier_epochs.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "cli/terminal/console.hpp"
#include "experiment/settings_json.hpp"
#include "train/history.hpp"

namespace unfurl::app {

namespace {

/// The epochs that the record of a run holds, by their numbers; none, with a warning, where it is damaged.
std::map<int, EpochRecord> recorded_epochs(const std::filesystem::path& record) {
  std::map<int, EpochRecord> epochs;
  if (!std::filesystem::exists(record)) return epochs;
  try {
    const nlohmann::json j = read_json(record);
    for (const auto& epoch : j.at("history")) {
      const EpochRecord r = epoch_from_json(epoch);
      epochs[r.epoch] = r;
    }
    return epochs;
  } catch (const nlohmann::json::exception&) {
  } catch (const DataError&) {
  }
  note(
      "unfurl: warning: the record of the run is damaged and is written anew from the checkpoint\n"
      "  where: {}\n  mend:  nothing is lost but the seconds that earlier epochs took\n",
      record.string());
  return {};
}

}  // namespace

std::vector<EpochRecord> earlier_epochs(const std::filesystem::path& record, const TrainingState& training) {
  std::map<int, EpochRecord> epochs = recorded_epochs(record);
  for (EpochRecord r : detail::history_of(training)) {
    if (const auto found = epochs.find(r.epoch); found != epochs.end()) r.seconds = found->second.seconds;
    epochs[r.epoch] = r;
  }
  std::vector<EpochRecord> done;
  for (const auto& [number, r] : epochs)
    if (number >= 1 && number <= training.epoch) done.push_back(r);
  return done;
}

}  // namespace unfurl::app
