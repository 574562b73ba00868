/// Several processes, on one machine or on several, that train one network together: data parallel, to the bits of one process.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace unfurl {

/// This process among those that run the same program with the same arguments. `mpi_ranks` (unfurl/mpi.hpp) has those that
/// `mpirun` started; whoever starts processes (or threads) in another way derives from this. What is sent are bytes, so all
/// processors must be of one kind.
///
/// exchange() and gather() are called by all ranks in the same order, each call returning when this rank has what it gets.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;  ///< 0 .. size() - 1; rank 0 alone writes files and speaks
  virtual int size() const = 0;

  /// Sends to_each[r] bytes to every rank r and gets from_each[r] bytes from it; both lie in the order of the ranks.
  virtual void exchange(const std::byte* sent, std::span<const std::size_t> to_each, std::byte* received,
                        std::span<const std::size_t> from_each) = 0;
  /// Gives every rank what each has, sizes[r] bytes of rank r, in the order of the ranks.
  virtual void gather(const std::byte* mine, std::byte* all, std::span<const std::size_t> sizes) = 0;

  /// For the way out of an error: whether all ranks call this within the time.
  virtual bool all_failed(std::chrono::milliseconds within) = 0;
  /// Ends all ranks, with this exit status; where others may wait for this one.
  [[noreturn]] virtual void abort(int status) = 0;
};

/// What each rank says, in the order of the ranks.
std::vector<std::string> gather_texts(Ranks& ranks, const std::string& mine);

/// Does something on every rank. Where it throws on one of them it throws on all, on the others an error of the same kind and
/// text. Returns what it gives on each.
std::vector<std::string> on_all(Ranks* ranks, const std::function<std::string()>& make);

/// Does something on rank 0 alone, and gives what that gives (a file's contents, say) to all. Where it throws there, it throws on
/// all. A null pointer is a process alone, here and above.
std::string on_first(Ranks* ranks, const std::function<std::string()>& make);

}  // namespace unfurl
