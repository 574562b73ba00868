// Mean losses without training.
#pragma once

#include <map>
#include <memory>

#include "train/losses/program.hpp"

namespace unfurl {

/// The loss of a network, made ready to be taken many times.
template <class T>
class Evaluation {
 public:
  Evaluation(const Network& network, const Loss& loss, Ranks* ranks = nullptr)
      : network_(network), loss_(loss), ranks_(ranks), store_(network.parameters()) {}

  /// With the values that the network has now. Throws DataError for data that do not fit.
  double mean(const Dataset& data) {
    if (data.samples() == 0)
      throw DataError("the data hold no samples", "", "a mean loss needs at least one");
    store_.assign(network_.parameters());
    if (data.parts().empty()) return share({}, data, data.samples());
    double mean = 0;
    for (const auto& [structure, part] : data.parts()) mean += share(structure, part, data.samples());
    return mean;
  }

 private:
  double share(const Structure& structure, const Dataset& data, int of) {
    auto& run = runs_[structure];
    if (!run) {
      const Network other = structure.empty() ? network_ : network_.of(structure);
      run = std::make_unique<TrainingRun<T>>(training_program(other.unrolled(), loss_, Gradients::none),
                                             network_.parameters(), store_, network_.threads(),
                                             Sharing{0, ranks_});
    }
    check_data(data, run->program().inputs);
    return run->run(data, nullptr, data.samples(), of);
  }

  const Network& network_;
  Loss loss_;
  Ranks* ranks_;
  TrainingStore<T> store_;
  std::map<Structure, std::unique_ptr<TrainingRun<T>>> runs_;
};

}  // namespace unfurl
