// What a kernel is told of a step of a plan: where its operands and its result lie.
#pragma once

#include <type_traits>

#include "backend/cpu/plan.hpp"

namespace unfurl::exec {

/// rows_apart: how far planes lie apart, in rows; 0: as far as they are long.
template <class U, class T>
cpu::View<U> view_of(const ir::Type& type, T* data, int lanes, int rows_apart = 0) {
  cpu::View<U> v;
  v.data = data;
  v.planes = type.planes;
  v.rows = type.rows;
  v.lanes = type.lanes ? lanes : 1;
  v.lane_stride = type.lanes ? 1 : 0;
  v.row_stride = type.rows == 1 ? 0 : v.lanes;
  v.plane_stride = type.planes == 1 ? 0 : std::ptrdiff_t{rows_apart > 0 ? rows_apart : type.rows} * v.lanes;
  return v;
}

template <class T>
cpu::Kernel<T> kernel_of(const Step& step) {
  if constexpr (std::is_same_v<T, float>)
    return step.kernels.f32;
  else
    return step.kernels.f64;
}

}  // namespace unfurl::exec
