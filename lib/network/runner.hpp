// Programs made ready to run, in either precision.
#pragma once

#include "unfurl/network.hpp"

namespace unfurl {

struct Runner::Impl {
  virtual ~Impl() = default;
  virtual void run(const Dataset& data, Dataset& result) = 0;
  virtual std::size_t memory() const = 0;
  /// Takes the values of the network's parameters anew. False where they are no longer those that the runner was made for.
  virtual bool refresh(const std::vector<Parameter>& parameters) = 0;
  std::vector<Input> inputs;  ///< for checking data

  /// For data in parts, a runner for each structure, made when it is first needed. Absent: there is one structure only.
  std::function<std::unique_ptr<Impl>(const Structure&)> make_other{};
  std::map<Structure, std::unique_ptr<Impl>> others{};
};

/// The optimized program of these results (of all read-outs where none is named) after `layer`, 1 .. layers, or the last one; its
/// outputs have the results' names. Throws DataError for results or layers that the network does not have.
ir::Graph program_of(const Unrolled& unrolled, const std::vector<std::string>& results,
                     std::optional<int> layer);

/// Throws DataError for results or layers that the network does not have, and for values that a parameter cannot take.
std::unique_ptr<Runner::Impl> make_runner(const Network& network, const std::vector<std::string>& names,
                                          std::optional<int> layer, bool stream);

/// Checks the data, and runs. Runners of other structures that are made have the values of `current`, where it is given, and
/// otherwise those of when this one was made.
Dataset run_on(Runner::Impl& runner, const Dataset& data, const std::vector<Parameter>* current = nullptr);

}  // namespace unfurl
