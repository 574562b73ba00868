#include "inference/exact/tables.hpp"

#include <algorithm>
#include <cmath>

#include "inference/exact/parallel.hpp"

namespace unfurl::junction {

EntryMap::EntryMap(const std::vector<int>& states, std::span<const int> scope, std::span<const int> part) {
  const auto count = [&](int v) { return static_cast<std::size_t>(states[static_cast<std::size_t>(v)]); };
  for (const int v : scope) {
    head_.push_back({count(v), 0});
    size_ *= count(v);
  }
  for (std::size_t k = part.size(); k-- > 0;) {
    head_[static_cast<std::size_t>(std::find(scope.begin(), scope.end(), part[k]) - scope.begin())].stride =
        part_size_;
    part_size_ *= count(part[k]);
  }
  block_.push_back(0);
  for (; !head_.empty() && block_.size() < 1024; head_.pop_back()) {
    const std::size_t inner = block_.size();
    block_.reserve(inner * head_.back().count);
    for (std::size_t s = 1; s < head_.back().count; ++s)
      for (std::size_t i = 0; i < inner; ++i) block_.push_back(block_[i] + s * head_.back().stride);
  }
}

std::size_t EntryMap::base_of(std::size_t block) const {
  std::size_t base = 0;
  for (std::size_t k = head_.size(); block > 0 && k-- > 0; block /= head_[k].count)
    base += block % head_[k].count * head_[k].stride;
  return base;
}

std::vector<double> project(Over over, const EntryMap& map, const std::vector<double>& table) {
  std::vector<double> top(map.part_size(), impossible);
  map.for_each([&](std::size_t i, std::size_t j) { top[j] = std::max(top[j], table[i]); });
  if (over == Over::max) return top;
  std::vector<double> sum(top.size(), 0);
  map.for_each([&](std::size_t i, std::size_t j) {
    if (table[i] != impossible) sum[j] += std::exp(table[i] - top[j]);
  });
  for (std::size_t j = 0; j < top.size(); ++j)
    if (top[j] != impossible) top[j] += std::log(sum[j]);
  return top;
}

std::vector<double> project_first(Over over, const std::vector<double>& table, std::size_t states,
                                  int threads) {
  const std::size_t n = table.size() / states;
  std::vector<double> result(n);
  constexpr std::size_t chunk = 1 << 12;
  for_each_index((n + chunk - 1) / chunk, table.size(), threads, [&](std::size_t part) {
    for (std::size_t j = part * chunk; j < std::min(n, (part + 1) * chunk); ++j) {
      double top = impossible, sum = 0;
      for (std::size_t i = j; i < table.size(); i += n) top = std::max(top, table[i]);
      if (over == Over::sum && top != impossible) {
        for (std::size_t i = j; i < table.size(); i += n) sum += std::exp(table[i] - top);
        top += std::log(sum);
      }
      result[j] = top;
    }
  });
  return result;
}

double normalise(std::vector<double>& message) {
  const double top = *std::max_element(message.begin(), message.end());
  if (top != impossible)
    for (double& value : message) value -= top;
  return top;
}

std::vector<double> probabilities(std::vector<double> log_weights) {
  const double top = *std::max_element(log_weights.begin(), log_weights.end());
  double sum = 0;
  for (double& w : log_weights) sum += w = std::exp(w - top);
  for (double& w : log_weights) w /= sum;
  return log_weights;
}

}  // namespace unfurl::junction
