#include "algorithms/updates/sweep_rows.hpp"

#include <algorithm>
#include <numeric>

#include "algorithms/discrete.hpp"
#include "unfurl/at.hpp"

namespace unfurl::algorithms {

using ir::Value;

namespace {

bool is_run(const std::vector<int>& rows) {
  if (rows.empty() || rows.back() - rows.front() != static_cast<int>(rows.size()) - 1) return false;
  int gaps = 0;  // without a way out of the loop, which is faster on what are millions
  for (std::size_t i = 1; i < rows.size(); ++i) gaps |= rows[i] - rows[i - 1] - 1;
  return gaps == 0;
}

}  // namespace

Value take_rows(ir::Builder& b, Value v, const std::vector<int>& rows) {
  if (is_run(rows)) return b.slice_rows(v, rows[0], static_cast<int>(rows.size()));
  return b.gather_rows(v, ir::make_index(rows, b.type(v).rows));
}

LevelRows::LevelRows(ir::Builder& b, Value start, const std::vector<int>& rows)
    : b_(b), start_(start && !rows.empty() ? take_rows(b, start, rows) : start), order_(rows) {}

Value LevelRows::rows(int first, int count) const {
  const auto found = newest_.find(first);
  return found != newest_.end() ? found->second : b_.slice_rows(start_, first, count);
}

Value LevelRows::all() const {
  if (newest_.empty()) return start_;
  std::vector<Value> parts;
  int end = 0;
  const auto as_it_was = [&](int until) {
    if (until > end) parts.push_back(b_.slice_rows(start_, end, until - end));
  };
  for (const auto& [first, v] : newest_) {
    as_it_was(first);
    parts.push_back(v);
    end = first + b_.type(v).rows;
  }
  as_it_was(static_cast<int>(order_.size()));
  if (order_.empty() || (order_[0] == 0 && is_run(order_))) return join_rows(b_, std::move(parts));
  std::vector<int> place(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) place[at(order_[i])] = static_cast<int>(i);
  return take_rows(b_, join_rows(b_, std::move(parts)), place);
}

BlockRows::BlockRows(int rows) : rows_(rows), blocks_(1) {}

void BlockRows::plan_replace(const std::vector<int>& rows) {
  replaced_.emplace_back(static_cast<int>(blocks_.size()), &rows);
  blocks_.emplace_back();
}

/// Only where somebody reads after a replacement: where all rows are updated at once nobody does.
void BlockRows::note_replaced() {
  if (replaced_.empty()) return;
  if (newest_.empty()) {
    newest_.resize(at(rows_));
    for (int r = 0; r < rows_; ++r) newest_[at(r)] = {0, r};
  }
  for (const auto& [block, rows] : replaced_)
    for (std::size_t i = 0; i < rows->size(); ++i) newest_[at((*rows)[i])] = {block, static_cast<int>(i)};
  replaced_.clear();
}

void BlockRows::plan_read(const std::vector<int>& rows, std::pair<int, std::size_t> reader) {
  note_replaced();
  if (newest_.empty() && !rows.empty()) {  // all of the array as it was
    std::vector<Run>& before = runs_of_[reader];
    before = {run_of(0, rows, before)};
    reads_.push_back({before, {}});
    return;
  }
  std::map<int, std::vector<int>> wanted;  // rows by block
  std::vector<int> place;                  // of every row among those of its block
  for (const int r : rows) {
    auto& of_block = wanted[newest_[at(r)].block];
    place.push_back(static_cast<int>(of_block.size()));
    of_block.push_back(newest_[at(r)].row);
  }
  Read read;
  std::map<int, int> first;  // row of every block among all
  int total = 0;
  std::vector<Run>& before = runs_of_[reader];
  for (const auto& [block, of_block] : wanted) {
    first[block] = total;
    total += static_cast<int>(of_block.size());
    read.runs.push_back(run_of(block, of_block, before));
  }
  before = read.runs;
  if (wanted.size() > 1) {
    for (std::size_t i = 0; i < rows.size(); ++i) place[i] += first[newest_[at(rows[i])].block];
    if (!is_run(place)) read.order = std::move(place);
  }
  reads_.push_back(std::move(read));
}

BlockRows::Run BlockRows::run_of(int block, const std::vector<int>& rows, std::vector<Run>& before) {
  std::vector<int>& laid_out = blocks_[at(block)];
  for (const Run& run : before)
    if (run.block == block && at(run.count) == rows.size() &&
        std::equal(rows.begin(), rows.end(), laid_out.begin() + run.begin))
      return run;
  const Run run{block, static_cast<int>(laid_out.size()), static_cast<int>(rows.size())};
  laid_out.insert(laid_out.end(), rows.begin(), rows.end());
  return run;
}

Value BlockRows::read(ir::Builder& b) {
  const Read& read = reads_.at(next_read_++);
  std::vector<Value> parts;
  for (const Run& run : read.runs)
    parts.push_back(b.slice_rows(laid_out_.at(at(run.block)), run.begin, run.count));
  const Value joined = join_rows(b, std::move(parts));
  return read.order.empty() ? joined : take_rows(b, joined, read.order);
}

}  // namespace unfurl::algorithms
