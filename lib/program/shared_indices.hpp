// Index tables of one compilation, each made once.
#pragma once

#include <unordered_map>

#include "unfurl/extend/type.hpp"

namespace unfurl::ir {

/// While it lives, make_index() gives in this thread the table that it gave before where the numbers are the same: layers, and
/// the passes over them, then have one in common, and tell so by its address. One inside another adds to the outer one.
class SharedIndices {
 public:
  SharedIndices();
  ~SharedIndices();
  SharedIndices(const SharedIndices&) = delete;
  SharedIndices& operator=(const SharedIndices&) = delete;

  /// Entries of the tables that were asked for, and of those that had to be made: what compilation costs in edges.
  struct Cost {
    std::size_t asked = 0, made = 0;
  };
  Cost cost() const { return outer_ ? outer_->cost() : cost_; }

 private:
  friend Index make_index(std::vector<int> target, int count);
  Index share(std::vector<int> target, int count);

  SharedIndices* outer_;
  std::unordered_multimap<std::size_t, Index> known_;  // by hash
  Cost cost_;
};

/// The same table, which those that share it know at once.
inline bool same(const Index& a, const Index& b) { return a == b || (a && b && *a == *b); }

}  // namespace unfurl::ir
