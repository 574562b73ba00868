// From a model, an algorithm and a tying table to a program.
#pragma once

#include "unfurl/extend/algorithm.hpp"
#include "unfurl/schedule.hpp"

namespace unfurl {

/// The program of K layers, with read-outs after every layer, for samples of `frames` consecutive frames. Where the gradient
/// is that of a fixed point, what the last layer carries on is an output, too, and what it starts from: Signature::fixed_point.
Unrolled unroll_steps(std::shared_ptr<const Model> model, const Algorithm& algorithm, int layers,
                      const std::map<std::string, Tying>& tying, int frames = 1,
                      const Backward& backward = {});

/// One iteration as programs of its own, to be run until it converges. Parameters have their initial values. Outputs are
/// the carried values and the read-outs, by name; the former are inputs of `step` and `on_request`.
struct StepPrograms {
  ir::Graph initial;     ///< the state before the first iteration, with its read-outs
  ir::Graph step;        ///< the state after one more, with its read-outs
  ir::Graph on_request;  ///< after one more, too: only the read-outs that are computed on request
  std::vector<LayerPrograms::Carried> state;  ///< what is carried; values that no step reads are not
  std::vector<Parameter> parameters;
};
StepPrograms step_programs(const Model& model, const Algorithm& algorithm);

/// The layers one by one, with the parameters that the tying gives them.
LayerPrograms layer_programs(const Model& model, const Algorithm& algorithm, int layers,
                             const std::map<std::string, Tying>& tying);

}  // namespace unfurl
