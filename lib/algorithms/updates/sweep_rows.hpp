// Arrays whose rows an iteration replaces update by update, at the cost of the rows that are read and written.
#pragma once

#include <map>

#include "unfurl/extend/algorithm.hpp"

namespace unfurl::algorithms {

/// Rows of a value; itself when they are all its rows in order.
ir::Value take_rows(ir::Builder& b, ir::Value v, const std::vector<int>& rows);

/// An array in the order of Sweep::members or Sweep::edges, replaced level by level.
class LevelRows {
 public:
  /// `rows` must outlive this. `start` may be absent when every level is put before it is asked for.
  LevelRows(ir::Builder& b, ir::Value start, const std::vector<int>& rows);

  /// Whether there are any.
  explicit operator bool() const { return static_cast<bool>(start_) || !newest_.empty(); }

  /// The newest rows from `first` on, where a level begins.
  ir::Value rows(int first, int count) const;
  void put(int first, ir::Value v) { newest_[first] = v; }
  /// All of them as they are now, in the array's own order.
  ir::Value all() const;

 private:
  ir::Builder& b_;
  ir::Value start_;
  const std::vector<int>& order_;
  std::map<int, ir::Value> newest_;  // by their first row
};

/// An array that is read row by row while blocks of its rows are replaced. Everything is planned first; then each block is
/// laid out in the order in which its rows are read, so that every read is a few slices, of which the gradient is one
/// concatenation: a sweep costs as much as it reads and writes, in nodes, in values and in gradients.
class BlockRows {
 public:
  explicit BlockRows(int rows);

  /// Plans the next read, of the newest rows. A `reader` that comes again and finds the same gets the same value.
  void plan_read(const std::vector<int>& rows, std::pair<int, std::size_t> reader);
  /// Plans that these rows, which outlive the planning, become the next block.
  void plan_replace(const std::vector<int>& rows);

  /// The next block, the first of which is the whole array; `make` is asked for it only where it is read.
  template <class Make>
  void put(ir::Builder& b, Make make) {
    const std::vector<int>& reads = blocks_.at(laid_out_.size());
    laid_out_.push_back(reads.empty() ? ir::Value{} : take_rows(b, make(), reads));
  }
  /// The next read.
  ir::Value read(ir::Builder& b);

 private:
  struct Place {
    int block = 0, row = 0;
  };
  struct Run {
    int block = 0, begin = 0, count = 0;  // rows of the block as it is laid out
  };
  struct Read {
    std::vector<Run> runs;
    std::vector<int> order;  // of the joined runs' rows; empty: as they come
  };
  void note_replaced();
  Run run_of(int block, const std::vector<int>& rows, std::vector<Run>& before);

  int rows_;
  std::vector<Place> newest_;  // of every row; none before the first read of what was replaced
  std::vector<std::pair<int, const std::vector<int>*>> replaced_;  // blocks that newest_ does not know of yet
  std::vector<std::vector<int>> blocks_;  // rows of every block, in the order in which they are read
  std::vector<Read> reads_;
  std::map<std::pair<int, std::size_t>, std::vector<Run>> runs_of_;  // by reader
  std::vector<ir::Value> laid_out_;
  std::size_t next_read_ = 0;
};

}  // namespace unfurl::algorithms
