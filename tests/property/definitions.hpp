// What operations compute, entry by entry, in words of their own.
#pragma once

#include <functional>
#include <map>

#include "grad/op_examples.hpp"

namespace unfurl::test {

/// Reads entries of the operands of an example; extents of one stand for any position.
struct Operands {
  const OpExample& example;
  const Numbers& numbers;
  int batch;

  const ir::Attributes& attributes() const { return example.attributes; }
  const ir::Type& type(std::size_t operand) const { return example.operands[operand].type; }
  int width(std::size_t operand) const { return type(operand).lanes ? batch : 1; }
  double operator()(std::size_t operand, int p, int r, int l) const {
    const ir::Type& t = type(operand);
    const int row = (t.planes == 1 ? 0 : p) * t.rows + (t.rows == 1 ? 0 : r);
    return numbers.at(
        operand_name(operand))[static_cast<std::size_t>(row * width(operand) + (t.lanes ? l : 0))];
  }
};

/// Entry (p, r, l) of a result.
using Definition = std::function<double(const Operands& x, int p, int r, int l)>;

/// Of the operations on images.
const std::map<std::string, Definition>& definitions_of_convolutions();

}  // namespace unfurl::test
