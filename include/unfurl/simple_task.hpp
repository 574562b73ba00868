/// A task where nothing is special, for the command line.
#pragma once

#include "unfurl/experiment.hpp"

namespace unfurl {

/// A model, a loss, and data, of which the last samples are held back: `train`, `compare` and all other commands come with
/// it. Where more is wanted (options, other metrics, baselines, data that never end) derive from Task and Problem.
struct SimpleTask {
  std::string name, summary;
  std::function<Model()> model;
  Loss loss;
  /// Makes or loads all samples; those of `--data`, a file of numpy with arrays by the names of data and labels, are taken in their
  /// place.
  std::function<Dataset(std::uint64_t seed)> data;
  std::optional<int> held_back{};  ///< the last ones, to test with; absent: a fifth of all
  std::string algorithm;           ///< and the other defaults of the options
  int layers = 5;
  std::string tying = "untied";
  int epochs = 5;
  Optimizer optimizer = Adam{};
  int batch = 32;

  /// Throws ModelError where the name, the model, the algorithm, the loss or the data is missing.
  operator std::shared_ptr<const Task>() const;
};

}  // namespace unfurl
