// The training program of a network: its loss, and gradients of every trained parameter as outputs.
#pragma once

#include <array>

#include "backend/cpu/executor.hpp"
#include "network/check_data.hpp"
#include "passes/passes.hpp"
#include "store/training_store.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

enum class Gradients { none, ordinary, split };

/// What the program gives for a trained parameter: its gradient, or the two non-negative parts of that.
enum class Part { gradient, plus, minus };
inline constexpr std::size_t part_count = 3;

struct TrainingProgram {
  ir::Graph graph;                   ///< optimized; its first output is the loss, then come the gradients
  std::vector<Input> inputs;         ///< what the data must have, targets included
  std::vector<std::size_t> trained;  ///< indices of the parameters that the loss depends on
  /// An output of the program after the loss, in their order.
  struct Gradient {
    Part part = Part::gradient;
    std::size_t parameter = 0;  ///< its index
  };
  std::vector<Gradient> gradients;
  /// Where there is none: operations between these and the loss that pass none on, "operation 'sign' (read-out)".
  std::vector<std::string> ends;
};

/// The loss is the mean over the samples of a step: the executor binds 1 / their number to the input "batch.scale", and the share
/// of them that it is given to "batch.share". That of the first `layers` layers, 0 for all. What is computed again is as the
/// network says, or as ir::recompute with `recompute_every`.
TrainingProgram training_program(const Unrolled& network, const Loss& loss, Gradients gradients,
                                 ir::Cancel cancel = ir::Cancel::never, int layers = 0,
                                 std::optional<int> recompute_every = {});

/// How the samples of a step are computed, whoever does: Trainer::slots and Trainer::ranks.
struct Sharing {
  int slots = 0;
  Ranks* ranks = nullptr;
};

/// A training program with the memory to run it on samples of a data set.
template <class T>
class TrainingRun {
 public:
  /// Reads the values of the store, which outlives it. Throws ScheduleError where these are not the program's parameters.
  TrainingRun(TrainingProgram program, std::span<const Parameter> parameters, TrainingStore<T>& store,
              int threads, Sharing sharing = {});

  /// The share in the loss (and gradients) of a step of `step` samples that samples order[0 .. count) have.
  double run(const Dataset& data, const int* order, int count, int step);
  /// Null where the output does not exist.
  const T* gradient(Part part, std::size_t parameter) const;

  const TrainingProgram& program() const { return program_; }
  const exec::Executor<T>& executor() const { return executor_; }

 private:
  TrainingProgram program_;
  T scale_ = 1, share_ = 1;
  exec::Executor<T> executor_;
  std::map<std::string, const Samples*> inputs_;  // of the present batch
  ir::Value loss_;
  std::vector<std::array<ir::Value, part_count>> gradients_;  // of every parameter; absent ones are empty
  const int* order_ = nullptr;
  exec::Exchange<T> exchange_;
};

extern template class TrainingRun<float>;
extern template class TrainingRun<double>;

}  // namespace unfurl
