// What every operation is in operators of ONNX.
#pragma once

#include <map>
#include <vector>

#include "backend/onnx/nodes.hpp"
#include "unfurl/extend/operation.hpp"

namespace unfurl::onnx {

/// One operation to be written, on values that are there already.
struct Site {
  Nodes& nodes;
  const ir::Attributes& attributes;
  ir::Type out;
  std::vector<Name> in;
  std::vector<ir::Type> types;  ///< of the operands
  std::vector<const std::vector<double>*>
      constants;  ///< the numbers of operands that are constants; null for others
};

/// Gives the result's name.
using Writer = Name (*)(const Site&);
using Writers = std::map<const ir::Operation*, Writer>;

const Writers& elementwise_writers();
const Writers& row_writers();
const Writers& plane_writers();
const Writers& message_writers();
const Writers& parity_writers();
const Writers& matrix_writers();
const Writers& convolution_writers();
const Writers& selection_writers();

/// Null for an operation that the target lacks.
Writer find_writer(const ir::Operation& op);

/// log(1 + x) and exp(x) - 1 to the last digits, for x > -1: ONNX has no such operators.
Name log1p(Nodes& n, const Name& x);
Name expm1(Nodes& n, const Name& x);

/// What two log-ratios say of the parity together.
Name combined_parity(Nodes& n, const Name& a, const Name& b);

/// What becomes of the entries of every segment: of a tensor whose `axis` + 1 runs over the members of one segment, a tensor without
/// that axis.
using Reduction = Name (*)(Nodes&, const Name&, std::int64_t axis);
/// Entries along `axis` (1: planes, 2: rows) reduced segment by segment; `empty` where a segment has none.
Name by_segment(Nodes& n, const Name& x, std::int64_t axis, const ir::Type& type, const ir::IndexTable& index,
                Reduction reduction, double empty);

}  // namespace unfurl::onnx
