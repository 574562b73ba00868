// Ranks by MPI, from plain C functions of MPI 3.
#include <mpi.h>

#include <climits>
#include <cstdlib>
#include <string>
#include <thread>

#include "core/launcher.hpp"
#include "unfurl/error.hpp"
#include "unfurl/mpi.hpp"

namespace unfurl {

namespace {

/// Where the parts of a message begin, in whole numbers as MPI counts.
struct Layout {
  std::vector<int> counts, begins;

  explicit Layout(std::span<const std::size_t> sizes) {
    std::size_t at = 0;
    for (const std::size_t size : sizes) {
      if (at + size > INT_MAX)
        throw InternalError("a message to other processes of more than two gigabytes", "",
                            "train with smaller parts of data, or fewer parameters");
      counts.push_back(static_cast<int>(size));
      begins.push_back(static_cast<int>(at));
      at += size;
    }
  }
};

/// All of MPI_COMM_WORLD. Errors of MPI end the job, as MPI does by itself.
class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm_dup(MPI_COMM_WORLD, &failures_);
  }
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;
  ~MpiRanks() override {
    MPI_Comm_free(&failures_);
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void exchange(const std::byte* sent, std::span<const std::size_t> to_each, std::byte* received,
                std::span<const std::size_t> from_each) override {
    const Layout to(to_each), from(from_each);
    MPI_Alltoallv(sent, to.counts.data(), to.begins.data(), MPI_BYTE, received, from.counts.data(),
                  from.begins.data(), MPI_BYTE, MPI_COMM_WORLD);
  }

  void gather(const std::byte* mine, std::byte* all, std::span<const std::size_t> sizes) override {
    const Layout of(sizes);
    MPI_Allgatherv(mine, of.counts[static_cast<std::size_t>(rank_)], MPI_BYTE, all, of.counts.data(),
                   of.begins.data(), MPI_BYTE, MPI_COMM_WORLD);
  }

  bool all_failed(std::chrono::milliseconds within) override {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + within;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(failures_, &request);
    int met = 0;
    for (MPI_Test(&request, &met, MPI_STATUS_IGNORE); met == 0 && Clock::now() < end;
         MPI_Test(&request, &met, MPI_STATUS_IGNORE))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return met != 0;
  }

  [[noreturn]] void abort(int status) override {
    MPI_Abort(MPI_COMM_WORLD, status);
    std::abort();
  }

 private:
  int rank_ = 0, size_ = 1;
  MPI_Comm failures_ = MPI_COMM_NULL;  ///< for all_failed(), apart from what ranks were about to say
};

}  // namespace

std::shared_ptr<Ranks> mpi_ranks() {
  if (detail::launched_processes() == 1 && !std::getenv("PMIX_RANK")) return nullptr;
  int provided = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_FUNNELED)
    throw InternalError("MPI does not begin, or knows no threads", "",
                        "start the program with the mpirun of the MPI that it was built with");
  return std::make_shared<MpiRanks>();
}

}  // namespace unfurl
