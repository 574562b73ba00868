// The one list of operations.
#include "ops/ops.hpp"

namespace unfurl::ir {

const std::vector<const OpDef*>& all_ops() {
  using namespace ops;
  static const std::vector<const OpDef*> list = {
      &input,
      &param,
      &constant,
      &ops::add,
      &sub,
      &mul,
      &ops::div,
      &neg,
      &ops::exp,
      &ops::log,
      &ops::sqrt,
      &square,
      &ops::abs,
      &ops::sign,
      &ops::pow,
      &floor_at,
      &above,
      &relu,
      &sigmoid,
      &ops::tanh,
      &softplus,
      &log_cosh,
      &one_minus,
      &gate,
      &soft_threshold,
      &share,
      &squared_difference,
      &matmul,
      &outer,
      &sum_to,
      &broadcast,
      &gather_rows,
      &segment_sum_rows,
      &slice_rows,
      &pad_rows,
      &concat_rows,
      &gather_planes,
      &segment_sum_planes,
      &segment_log_sum_exp_planes,
      &segment_max_planes,
      &segment_largest_planes,
      &one_hot,
      &exclusive_sum,
      &ising_message,
      &table_message,
      &sum_exp_pairs,
      &pair_message,
      &pair_shares,
      &ising_max_message,
      &parity_message,
      &log_power,
      &finite_part,
      &power,
      &box_cox,
      &positive_only,
      &stop_gradient,
  };
  return list;
}

}  // namespace unfurl::ir
