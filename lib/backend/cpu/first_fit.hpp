// Where blocks of memory lie that live for a while.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace unfurl::exec {

/// First-fit by lifetime. Blocks are asked for in order of birth. Gaps are kept by size, so that a program of many small
/// values, all of them alive, is placed about as fast as it is read.
class FirstFit {
 public:
  std::size_t place(std::size_t size, int birth, int death) {
    if (size == 0) return 0;
    for (; !ends_.empty() && ends_.begin()->first < birth; ends_.erase(ends_.begin()))
      release(ends_.begin()->second.first, ends_.begin()->second.second);
    std::size_t offset = peak;
    auto lowest = by_size_.end();
    for (auto fits = by_size_.lower_bound(size); fits != by_size_.end(); ++fits)
      if (*fits->second.begin() < offset) offset = *(lowest = fits)->second.begin();
    if (lowest != by_size_.end()) {
      const std::size_t gap = lowest->first;
      remove(offset, gap);
      if (gap > size) insert(offset + size, gap - size);
    } else if (!gaps_.empty() && gaps_.rbegin()->first + gaps_.rbegin()->second == peak) {
      offset = gaps_.rbegin()->first;  // the last gap, and what it lacks
      remove(offset, gaps_.rbegin()->second);
    }
    peak = std::max(peak, offset + size);
    ends_.emplace(death, std::pair(offset, size));
    return offset;
  }
  std::size_t peak = 0;

 private:
  void release(std::size_t offset, std::size_t size) {
    auto next = gaps_.lower_bound(offset);
    if (next != gaps_.end() && next->first == offset + size) {
      size += next->second;
      remove(next->first, next->second);
    }
    next = gaps_.lower_bound(offset);
    if (next != gaps_.begin() && std::prev(next)->first + std::prev(next)->second == offset) {
      offset = std::prev(next)->first;
      size += std::prev(next)->second;
      remove(offset, std::prev(next)->second);
    }
    insert(offset, size);
  }
  void insert(std::size_t offset, std::size_t size) {
    gaps_[offset] = size;
    by_size_[size].insert(offset);
  }
  void remove(std::size_t offset, std::size_t size) {
    gaps_.erase(offset);
    const auto same = by_size_.find(size);
    same->second.erase(offset);
    if (same->second.empty()) by_size_.erase(same);
  }

  std::map<std::size_t, std::size_t> gaps_;                       // size by offset
  std::map<std::size_t, std::set<std::size_t>> by_size_;          // their offsets
  std::multimap<int, std::pair<std::size_t, std::size_t>> ends_;  // offset and size of blocks by death
};

}  // namespace unfurl::exec
