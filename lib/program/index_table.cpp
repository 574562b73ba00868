// Index tables, which the nodes of a program share.
#include "program/shared_indices.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

std::size_t hash_of(const std::vector<int>& numbers, int count) {
  std::size_t hash = static_cast<std::size_t>(count);
  for (const int i : numbers)
    hash ^= static_cast<std::size_t>(i) + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  return hash;
}

}  // namespace

IndexTable::IndexTable(std::vector<int> t, int n) : target(std::move(t)), count(n), hash(hash_of(target, n)) {
  offsets.assign(static_cast<std::size_t>(count) + 1, 0);
  for (int v : target) {
    if (v < 0 || v >= count) throw InternalError(cat("index ", v, " outside 0..", count - 1));
    ++offsets[static_cast<std::size_t>(v) + 1];
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  members.resize(target.size());
  auto next = offsets;
  for (std::size_t i = 0; i < target.size(); ++i)
    members[static_cast<std::size_t>(next[static_cast<std::size_t>(target[i])]++)] = static_cast<int>(i);
}

namespace {

thread_local SharedIndices* sharing = nullptr;

}  // namespace

SharedIndices::SharedIndices() : outer_(sharing) {
  if (!outer_) sharing = this;
}
SharedIndices::~SharedIndices() {
  if (!outer_) sharing = nullptr;
}

Index SharedIndices::share(std::vector<int> target, int count) {
  cost_.asked += target.size();
  const std::size_t hash = hash_of(target, count);
  const auto [begin, end] = known_.equal_range(hash);
  for (auto it = begin; it != end; ++it)
    if (it->second->count == count && it->second->target == target) return it->second;
  cost_.made += target.size();
  return known_.emplace(hash, std::make_shared<const IndexTable>(std::move(target), count))->second;
}

Index make_index(std::vector<int> target, int count) {
  if (sharing) return sharing->share(std::move(target), count);
  return std::make_shared<const IndexTable>(std::move(target), count);
}

}  // namespace unfurl::ir
