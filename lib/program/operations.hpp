// The one list of operations: a new one is a line here, and its definition in a file of lib/ops. What runs on a CPU has a line
// in lib/backend/cpu/kernels/kernels.hpp too, unless it expands to operations that do.
#pragma once

#include "unfurl/extend/operation.hpp"

// clang-format off
#define UNFURL_OPERATIONS(each) \
  each(input) \
  each(param) \
  each(constant) \
  each(add) \
  each(sub) \
  each(mul) \
  each(div) \
  each(neg) \
  each(exp) \
  each(log) \
  each(sqrt) \
  each(square) \
  each(abs) \
  each(sign) \
  each(pow) \
  each(maximum) \
  each(greater) \
  each(relu) \
  each(sigmoid) \
  each(sigmoid_slope) \
  each(sigmoid_difference) \
  each(tanh) \
  each(softplus) \
  each(log_cosh) \
  each(one_minus) \
  each(where) \
  each(soft_threshold) \
  each(ratio_mask) \
  each(parallel) \
  each(squared_difference) \
  each(zero_if_infinite) \
  each(multiply_no_nan) \
  each(positive_only) \
  each(stop_gradient) \
  each(box_cox) \
  each(matmul) \
  each(outer) \
  each(sum_to) \
  each(product_sum) \
  each(broadcast) \
  each(gather_rows) \
  each(segment_sum_rows) \
  each(slice_rows) \
  each(pad_rows) \
  each(concat_rows) \
  each(neighbour_sum) \
  each(gather_planes) \
  each(segment_sum_planes) \
  each(concat_planes) \
  each(segment_log_sum_exp_planes) \
  each(normalize_planes) \
  each(normalize_planes_pull) \
  each(segment_max_planes) \
  each(segment_largest_planes) \
  each(near_largest_planes) \
  each(one_hot) \
  each(exclusive_sum) \
  each(ising_message) \
  each(ising_max_message) \
  each(parity_message) \
  each(parity_slope) \
  each(parity_messages) \
  each(parity_pull) \
  each(potts_message) \
  each(pair_message) \
  each(pair_shares) \
  each(table_message) \
  each(table_pull) \
  each(table_sums) \
  each(normalized_table_message) \
  each(normalized_table_pull) \
  each(normalized_table_sums) \
  each(convolution) \
  each(convolution_transpose) \
  each(convolution_kernel) \
  each(reshape) \
  each(top_k) \
  each(total_variation) \
  each(mean_over_runs) \
  each(shrink_singular_values) \
  each(shrink_singular_values_slope) \
  each(polar_factor) \
  each(fourier) \
  each(fourier_transpose) \
  each(inverse) \
  each(batch_matmul) \
  each(batch_solve) \
  each(batch_log_determinant)
// clang-format on

/// Every operation by name.
namespace unfurl::ir::ops {

#define UNFURL_DECLARE(name) extern const Operation name;
UNFURL_OPERATIONS(UNFURL_DECLARE)
#undef UNFURL_DECLARE

}  // namespace unfurl::ir::ops
