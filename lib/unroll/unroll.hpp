// From a model, an algorithm and a tying table to a program.
#pragma once

#include "unfurl/schedule.hpp"

namespace unfurl {

/// The program of K layers, with read-outs after every layer.
Unrolled unroll_steps(const Model& model, const Algorithm& algorithm, int layers,
                      const std::map<std::string, Tying>& tying);

}  // namespace unfurl
