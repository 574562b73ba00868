/// Small matrices, one for every sample, as operations of programs: [planes, rows] is a matrix of that many rows and columns.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Which operands of a product are transposed first.
struct Transposes {
  bool first = false, second = false;
  bool operator==(const Transposes&) const = default;
  static constexpr auto fields() {
    return std::tuple(field("first", &Transposes::first), field("second", &Transposes::second));
  }
};

/// The product of two matrices, [p, k] and [k, r] after transposing: [p, r]. Either may differ from sample to sample.
Value matrix_product(Builder& b, Value x, Value y, const Transposes& transposes = {});
/// The inverse of a positive definite matrix, [n, n], by elimination without exchanges. NaN where a pivot is not positive: no
/// other matrix has an inverse here.
Value inverse(Builder& b, Value matrix);

}  // namespace unfurl::ir
