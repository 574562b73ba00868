// What every operation computes, entry by entry, in the plainest way: the truth that faster backends are held against. Right for
// finite numbers of moderate size.
#pragma once

#include <map>

#include "unfurl/extend/operation.hpp"

namespace unfurl::reference {

/// Reads entries of operands; extents of one stand for any position.
struct Operand {
  ir::Type type;
  int lanes = 1;
  const double* data = nullptr;
};
struct Operands {
  std::vector<Operand> all;
  const ir::Attributes& attributes;

  const ir::Type& type(std::size_t operand) const { return all[operand].type; }
  int lanes(std::size_t operand) const { return all[operand].lanes; }
  double operator()(std::size_t operand, int plane, int row, int lane) const {
    const auto& [t, width, data] = all[operand];
    const int line = (t.planes == 1 ? 0 : plane) * t.rows + (t.rows == 1 ? 0 : row);
    return data[static_cast<std::ptrdiff_t>(line) * width + (width == 1 ? 0 : lane)];
  }
};

/// Entry (plane, row, lane) of a result.
using Definition = double (*)(const Operands& x, int p, int r, int l);
using Definitions = std::map<const ir::Operation*, Definition>;

const Definitions& elementwise_definitions();
const Definitions& array_definitions();
const Definitions& message_definitions();
const Definitions& convolution_definitions();
const Definitions& fourier_definitions();
const Definitions& penalty_definitions();
const Definitions& inverse_definitions();
const Definitions& batch_matrix_definitions();

/// Null for an operation that is not defined here.
Definition find_definition(const ir::Operation& op);

}  // namespace unfurl::reference
