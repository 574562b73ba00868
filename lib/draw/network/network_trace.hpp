// What each layer of a network computes from what, read off its program.
#pragma once

#include <string>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// What a value, or several, are computed from.
struct Cone {
  std::vector<ir::Value> values;  ///< operands first; includes `before`
  std::vector<ir::Value> before;  ///< results of earlier stages, and in the first stage the initial states
  std::vector<const Parameter*> parameters;  ///< copies, in the network's order
  std::vector<std::string> inputs;           ///< observed, by name

  bool reads(const Parameter* parameter) const;
  bool reads(const std::string& input) const;
};

/// One layer, or the read-out.
struct Stage {
  std::vector<ir::Value> results;  ///< what later stages use of it: states of the layer, or read-outs
  std::vector<Cone> cones;         ///< of each result
  Cone all;                        ///< of all results
};

/// The layers in order, the read-out last. Only what the last layer's read-outs need. In networks without states (those
/// that no algorithm made) a layer's results are the values that cross into later layers.
std::vector<Stage> trace(const Unrolled& network);

/// Names for values that read-outs return as they are: the latents and beliefs among the states.
std::string name_of(const Unrolled& network, ir::Value value);

}  // namespace unfurl
