// Every operation of the library by name; defined in the files beside this one, listed in all.cpp.
#pragma once

#include "unfurl/ir.hpp"

namespace unfurl::ir::ops {

extern const OpDef input, param, constant;
extern const OpDef add, sub, mul, div, neg, exp, log, sqrt, square, abs, sign, pow, floor_at, above;
extern const OpDef relu, sigmoid, tanh, softplus, log_cosh, one_minus, gate, soft_threshold;
extern const OpDef share, parallel, squared_difference;
extern const OpDef matmul, outer;
extern const OpDef sum_to, broadcast;
extern const OpDef gather_rows, segment_sum_rows, slice_rows, pad_rows, concat_rows;
extern const OpDef gather_planes, segment_sum_planes, segment_log_sum_exp_planes, segment_max_planes;
extern const OpDef segment_largest_planes, one_hot;
extern const OpDef exclusive_sum, ising_message, ising_max_message, log_power, finite_part;
extern const OpDef power, box_cox;
extern const OpDef parity_message, parity_slope, near_largest_planes, potts_message;
extern const OpDef positive_only, stop_gradient;
extern const OpDef convolution, convolution_transpose, convolution_kernel, reshape;
extern const OpDef table_message, sum_exp_pairs, pair_message, pair_shares;

}  // namespace unfurl::ir::ops
