// Tables over scopes: sums, and sums or maxima over some of the variables, in the log domain.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace unfurl::junction {

inline constexpr double impossible = -std::numeric_limits<double>::infinity();

enum class Over { sum, max };

/// Which entry of the table over a part of a scope belongs to an entry of the table over the scope.
class EntryMap {
 public:
  /// `part` is a subset of `scope`, in any order.
  EntryMap(const std::vector<int>& states, std::span<const int> scope, std::span<const int> part);
  std::size_t size() const { return size_; }            ///< entries of the table over the scope
  std::size_t part_size() const { return part_size_; }  ///< of that over the part

  /// Calls visit(entry, entry of the part) for all entries from `begin` to `end`, in order.
  template <class Visit>
  void for_each(std::size_t begin, std::size_t end, Visit visit) const {
    std::size_t low = begin % block_.size();
    for (std::size_t first = begin - low; first < end; first += block_.size(), low = 0) {
      const std::size_t base = base_of(first / block_.size());
      const std::size_t most = end - first < block_.size() ? end - first : block_.size();
      for (std::size_t i = low; i < most; ++i) visit(first + i, base + block_[i]);
    }
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for_each(0, size_, visit);
  }

 private:
  std::size_t base_of(std::size_t block) const;
  struct Digit {
    std::size_t count, stride;
  };
  std::vector<Digit> head_;         ///< the variables above a block, the last one fastest
  std::vector<std::size_t> block_;  ///< entries of the part for the joint states of the last few variables
  std::size_t size_ = 1, part_size_ = 1;
};

/// log sum exp, or the maximum, over the variables that the map's part lacks.
std::vector<double> project(Over over, const EntryMap& map, const std::vector<double>& table);

/// The same over the first variable of the table's scope, which has so many states.
std::vector<double> project_first(Over over, const std::vector<double>& table, std::size_t states,
                                  int threads);

/// Takes the largest entry from all, so that it becomes 0, and gives it; `impossible` when all are so.
double normalise(std::vector<double>& message);

/// From log-weights, of which one is possible, to probabilities.
std::vector<double> probabilities(std::vector<double> log_weights);

}  // namespace unfurl::junction
