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
  std::vector<Model::ObservedDeclaration> inputs;  ///< for checking data
};

/// Throws DataError for results or layers that the network does not have, and for values that a parameter cannot take.
std::unique_ptr<Runner::Impl> make_runner(const Network& network, const std::vector<std::string>& names,
                                          int layer, bool stream);

/// Checks the data, and runs.
Dataset run_on(Runner::Impl& runner, const Dataset& data);

}  // namespace unfurl
