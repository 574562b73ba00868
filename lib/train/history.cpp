#include "train/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace unfurl::detail {

namespace {

const char *const loss_name = "history.loss", *const validation_name = "history.validation";

const std::vector<double>* find(const TrainingState& state, const std::string& name) {
  for (const auto& [array, values] : state.arrays)
    if (array == name) return &values;
  return nullptr;
}

}  // namespace

void put_history(TrainingState& state, const std::vector<EpochRecord>& epochs) {
  std::vector<double> losses, validations;
  for (const EpochRecord& r : epochs) {
    losses.push_back(r.loss);
    if (r.validation && std::isfinite(*r.validation)) validations.push_back(*r.validation);
  }
  if (losses.empty()) return;
  state.arrays.emplace_back(loss_name, std::move(losses));
  if (validations.size() == epochs.size()) state.arrays.emplace_back(validation_name, std::move(validations));
}

std::vector<EpochRecord> history_of(const TrainingState& state) {
  const std::vector<double>* losses = find(state, loss_name);
  const std::vector<double>* validations = find(state, validation_name);
  if (!losses) return {};
  if (validations && validations->size() != losses->size()) validations = nullptr;
  // A training that began before there were histories has those of its last epochs.
  const std::size_t count = std::min(losses->size(), static_cast<std::size_t>(state.epoch));
  std::vector<EpochRecord> epochs(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = losses->size() - count + i;
    epochs[i].epoch = state.epoch - static_cast<int>(count - 1 - i);
    epochs[i].loss = (*losses)[from];
    if (validations) epochs[i].validation = (*validations)[from];
    epochs[i].seconds = std::numeric_limits<double>::quiet_NaN();
  }
  return epochs;
}

}  // namespace unfurl::detail
