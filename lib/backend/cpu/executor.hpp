// Runs a plan on batches of any size with any number of threads; the bits do not depend on the threads.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_map>

#include "backend/cpu/arena.hpp"
#include "backend/cpu/plan.hpp"
#include "backend/cpu/slot_sums.hpp"

namespace unfurl::exec {

/// Called from worker threads, for different samples at once.
template <class T>
struct Exchange {
  /// Writes samples first .. first + lanes of an input to `to`, [entry][lane].
  std::function<void(const std::string& input, int first, int lanes, T* to)> load;
  /// Takes samples first .. first + lanes of an output per sample, [entry][lane]. May be empty.
  std::function<void(const std::string& output, int first, int lanes, const T* from)> store;
};

template <class T>
class Executor {
 public:
  /// threads <= 0: as many as OpenMP would use.
  explicit Executor(std::shared_ptr<const Plan> plan, int threads = 0);

  /// Where a parameter (or an input without lanes) is read. The memory must outlive the runs.
  void bind(const std::string& name, const T* data);

  /// One pass over `batch` samples. Throws InternalError for an unbound parameter and NumericalError where the
  /// program's results are not finite: names the first operation, layer and declaration at fault.
  void run(int batch, const Exchange<T>& exchange);

  /// A result without lanes, after run().
  const T* result(const std::string& output) const;
  const T* result(ir::Value output) const;

  /// Fills every tile's memory with NaN first: a value read before it is written shows. For tests.
  bool poison = false;

  /// False where infinities are results (certainty, impossible states); the caller looks for NaN.
  bool require_finite_results = true;
  /// False where the smallest numbers count, as entries of tables do.
  bool flush_denormals = true;

  /// Samples a tile holds; 0: what tile_lanes() says. The batch must then be a multiple.
  int fixed_lanes = 0;

  /// Slots of accumulators that the samples go to; 0: what tiling() says.
  int wanted_slots = 0;
  /// Who shares the slots: each rank calls run() alike and has all results that are sums, to the bits of one process. What is
  /// given out per sample is that of its own slots. Null: all are run here.
  Ranks* ranks = nullptr;

  /// Parameters keep their values from run to run: what depends on them alone is computed in the first.
  bool keep_prelude = false;

  /// Where a batch is one tile, operations are cut into parts of at least so many entries.
  std::size_t part_entries = 16384;

  const Plan& plan() const { return *plan_; }
  int threads() const { return threads_; }
  /// Bytes of all arenas, for a batch that was run.
  std::size_t memory() const;
  /// What of it are the arenas of tiles.
  std::size_t memory_of_tiles() const;

 private:
  struct Worker {
    Arena<T> arena;
    std::map<int, std::vector<cpu::Call<T>>> calls;  ///< prepared once per tile width
    cpu::Call<T> part;                               ///< of the call at hand, where calls are cut
    bool finite = true;
  };
  /// Tiles of fewer lanes are packed closer: parts of a value lie inside it for any width.
  T* place(ir::Value v, T* tile, T* sums, int lanes) const;
  /// Entries of a tile of this width, for which places are made ready.
  std::size_t make_places(int lanes);
  std::vector<cpu::Call<T>> prepare(const std::vector<Step>& steps, T* tile, int lanes) const;
  /// Cut into parts for all threads where the batch is one tile.
  void run_step(const Step& step, const cpu::Call<T>& call, bool check);
  void run_parts(const Step& step, const cpu::Call<T>& call, int parts);
  void run_once(const std::vector<Step>& steps, const std::vector<cpu::Call<T>>& calls, bool check);
  void run_tile(Worker& worker, int slot, int first, int lanes, const Exchange<T>& exchange, bool check);
  void execute(int batch, int tiles, const Exchange<T>& exchange, bool check);
  /// Slots first .. last - 1. Returns the first error, if there was one.
  std::exception_ptr run_slots(int first, int last, int batch, int tiles, const Exchange<T>& exchange,
                               bool check);

  std::shared_ptr<const Plan> plan_;
  int threads_;
  std::vector<const T*> external_;                              // per value
  std::unordered_multimap<std::string_view, ir::Value> named_;  // the external ones
  Arena<T> once_, sums_;
  Arena<T> parts_;                     // sums of parts of an operation
  std::map<int, BlockPlaces> places_;  // by quantum
  std::size_t tile_entries_ = 0;       // of a tile, the most so far
  std::vector<Worker> workers_;        // per thread
  std::vector<cpu::Call<T>> before_, after_;
  int lanes_ = 0, slots_ = 0;
  bool prepared_ = false, prelude_done_ = false, finite_ = true, cuts_ = false;
};

extern template class Executor<float>;
extern template class Executor<double>;

}  // namespace unfurl::exec
