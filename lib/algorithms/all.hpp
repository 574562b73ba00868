// The one list of algorithms with short names: a new one is a file that defines `Named algorithms::name()`, and a line here. The
// command line asks this list, too.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "unfurl/algorithms.hpp"

// clang-format off
#define UNFURL_ALGORITHMS(each) \
  each(mean_field) \
  each(sum_product) \
  each(max_product) \
  each(tree_reweighted) \
  each(fractional) \
  each(gaussian_belief_propagation) \
  each(multiplicative_update) \
  each(proximal_gradient) \
  each(hyperlista) \
  each(amp) \
  each(oamp) \
  each(chambolle_pock) \
  each(admm) \
  each(interference_cancellation) \
  each(expectation_propagation) \
  each(flury_gautschi) \
  each(pair_angles) \
  each(cayley_descent)
// clang-format on

namespace unfurl::algorithms {

/// The short names of an algorithm, with the options that each stands for.
using Named = std::vector<std::pair<std::string, AlgorithmPointer>>;

#define UNFURL_DECLARE(name) Named name();
UNFURL_ALGORITHMS(UNFURL_DECLARE)
#undef UNFURL_DECLARE

}  // namespace unfurl::algorithms
