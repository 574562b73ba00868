// Several ranks in one process: a thread each, which hand each other bytes.
#pragma once

#include <barrier>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>

#include "unfurl/ranks.hpp"

namespace unfurl::test {

class ThreadRanks final : public Ranks {
 public:
  /// Calls `work` on `size` ranks at once, and returns when all have ended. All must make the same calls.
  static void run(int size, const std::function<void(const std::shared_ptr<ThreadRanks>&)>& work) {
    const auto table = std::make_shared<Table>(size);
    std::vector<std::thread> threads;
    for (int r = 0; r < size; ++r)
      threads.emplace_back([&, r] { work(std::shared_ptr<ThreadRanks>(new ThreadRanks(table, r))); });
    for (std::thread& t : threads) t.join();
  }

  std::size_t bytes_received = 0;

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(table_->sent.size()); }

  void exchange(const std::byte* sent, std::span<const std::size_t> to_each, std::byte* received,
                std::span<const std::size_t> from_each) override {
    meet(sent, to_each);
    for (std::size_t r = 0; r < from_each.size(); ++r) {
      const std::vector<std::size_t>& sizes = table_->sizes[r];
      std::size_t begin = 0;
      for (std::size_t before = 0; before < at(rank_); ++before) begin += sizes[before];
      if (sizes[at(rank_)] != from_each[r]) std::abort();  // a message of another length than is waited for
      take(table_->sent[r] + begin, from_each[r], received);
    }
    table_->all.arrive_and_wait();
  }

  void gather(const std::byte* mine, std::byte* all, std::span<const std::size_t> sizes) override {
    meet(mine, sizes);
    for (std::size_t r = 0; r < sizes.size(); ++r) {
      if (table_->sizes[r][r] != sizes[r]) std::abort();
      take(table_->sent[r], sizes[r], all);
    }
    table_->all.arrive_and_wait();
  }

  bool all_failed(std::chrono::milliseconds) override { return false; }
  [[noreturn]] void abort(int) override { std::abort(); }

 private:
  struct Table {
    explicit Table(int size)
        : all(size), sent(static_cast<std::size_t>(size)), sizes(static_cast<std::size_t>(size)) {}
    std::barrier<> all;
    std::vector<const std::byte*> sent;
    std::vector<std::vector<std::size_t>> sizes;
  };

  ThreadRanks(std::shared_ptr<Table> table, int rank) : table_(std::move(table)), rank_(rank) {}
  static std::size_t at(int rank) { return static_cast<std::size_t>(rank); }

  void meet(const std::byte* sent, std::span<const std::size_t> sizes) {
    table_->sent[at(rank_)] = sent;
    table_->sizes[at(rank_)].assign(sizes.begin(), sizes.end());
    table_->all.arrive_and_wait();
  }
  void take(const std::byte* from, std::size_t size, std::byte*& to) {
    if (size > 0) std::memcpy(to, from, size);
    to += size;
    bytes_received += size;
  }

  std::shared_ptr<Table> table_;
  int rank_;
};

}  // namespace unfurl::test
