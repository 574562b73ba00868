/// For authors of operations: how the backend that runs programs on a CPU is given kernels.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "unfurl/extend/operation.hpp"

namespace unfurl::cpu {

/// An operand or result inside a kernel: entry (p, r, l) at data[p * plane_stride + r * row_stride + l * lane_stride];
/// strides are 0 where the operand is broadcast. Dense results have row_stride == lanes.
template <class T>
struct View {
  T* data = nullptr;
  int planes = 1, rows = 1, lanes = 1;
  std::ptrdiff_t plane_stride = 0, row_stride = 0, lane_stride = 0;
  T* row(int plane, int r) const { return data + plane * plane_stride + r * row_stride; }
  std::size_t size() const {
    return static_cast<std::size_t>(planes) * static_cast<std::size_t>(rows) *
           static_cast<std::size_t>(lanes);
  }
};

/// One invocation of a kernel. `accumulate` of +1 or -1 adds the result to `out` or subtracts it (sums over lanes).
template <class T>
struct Call {
  View<T> out;
  std::vector<View<const T>> in;
  const ir::Attributes* attributes = nullptr;
  int accumulate = 0;
  int part = 0, parts = 1;  ///< of Cut::parts: what of the work is asked for

  /// Of n things to do, in order, this part's: from first to before second.
  template <class Count>
  std::pair<Count, Count> range(Count n) const {
    const auto bound = [&](int k) { return static_cast<Count>(static_cast<std::ptrdiff_t>(n) * k / parts); };
    return {bound(part), bound(part + 1)};
  }
};

/// Computes entries of `out` from those of `in`. The result of an elementwise operation may lie where an operand does.
template <class T>
using Kernel = void (*)(const Call<T>&);

/// How the work of one call may be cut into parts, which threads share where there is one large sample. The other kinds get
/// views of the part as if there were no more.
enum class Cut {
  none,
  entries,  ///< an entry of the result depends on that entry of the operands alone, which may be broadcast
  rows,  ///< a row of the result, in all planes, on that row of the operands; planes are `plane_stride` apart
  sums,  ///< as rows; or a result of one row is a sum over the rows of the operands, of which parts are summed in order
  parts,  ///< the kernel gets all and does what Call::range() says
};

/// One operation in either precision.
struct Kernels {
  Kernel<float> f32 = nullptr;
  Kernel<double> f64 = nullptr;
  Cut cut = Cut::none;
  /// Planes of operands and result may be farther apart than their rows are long, as with Cut::rows: they lie inside of others.
  bool planes_apart = false;
};

/// Makes an operation of one's own run; programs that were planned before keep what they have. Operations that have an
/// `expand` run without. Throws InternalError where a kernel is missing or the operation has kernels.
void give_kernels(const ir::Operation& op, Kernels kernels);

}  // namespace unfurl::cpu
