// Losses and gradients of steps: one program for each structure of the samples, all of them reading one store.
#pragma once

#include <map>
#include <memory>

#include "train/batches.hpp"
#include "train/losses/program.hpp"

namespace unfurl {

/// What one stage of a training computes with.
template <class T>
class Steps {
 public:
  /// Steps of at most `samples` samples that may take so many bytes.
  struct Limit {
    std::size_t bytes = 0;
    int samples = 1;
  };
  /// Programs for the loss of the first `layers` layers; gradients as the rule wants them. Throws ScheduleError where a step does
  /// not fit in the limit, if there is one, however little is kept for the gradient.
  Steps(const Network& network, const Loss& loss, const OptimizerRule& rule, int layers, int threads,
        std::optional<Limit> limit = {}, Sharing sharing = {});

  /// Of the network as it stands, without planning it: what the loss trains.
  const TrainingProgram& own() const { return own_; }
  TrainingStore<T>& store() { return store_; }

  /// Throws DataError for data that do not fit; makes the programs of their structures. Throws ScheduleError where steps of so many
  /// samples have fewer slots than there are ranks.
  void prepare(const Dataset& data, int batch);

  /// The loss of a step, whose gradients the store's updates then point to.
  double run(const std::vector<Piece>& step);
  /// Bytes of working memory of the programs that ran: all, and what of it are values of samples.
  std::pair<std::size_t, std::size_t> memory() const;
  /// The loss alone, for rules that backtrack.
  double loss(const std::vector<Piece>& step);

 private:
  struct Programs {
    std::unique_ptr<TrainingRun<T>> run, loss_only;
  };
  TrainingProgram program(const Unrolled& network, Gradients gradients) const;
  /// With the gradients that the rule wants, in what memory there is.
  TrainingProgram program(const Unrolled& network) const;
  Programs& programs_of(const Structure& structure);
  void check_ranks(const Dataset& data, int batch);
  /// The gradients of several pieces, added up in their order.
  void add(const TrainingRun<T>& run);
  void point_to(const TrainingRun<T>& run);

  const Network& network_;
  Loss loss_;
  const OptimizerRule& rule_;
  int layers_, threads_;
  std::optional<Limit> limit_;
  Sharing sharing_;
  TrainingProgram own_;
  TrainingStore<T> store_;
  std::map<Structure, Programs> programs_;
  struct Sums {
    std::vector<T> gradient, plus, minus;
    bool has_gradient = false, has_plus = false, has_minus = false;
  };
  std::vector<Sums> sums_;  // of each update
};

extern template class Steps<float>;
extern template class Steps<double>;

}  // namespace unfurl
