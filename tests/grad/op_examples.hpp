// Operands on which every operation is tried: shapes, attributes and intervals away from kinks and poles.
#pragma once

#include <random>
#include <utility>
#include <vector>

#include "grad/evaluate.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::test {

/// An operand: entries are drawn from one of the intervals, each as likely.
struct Operand {
  ir::Type type;
  std::vector<std::pair<double, double>> intervals = {{-2, 2}};
  double diagonal =
      0;  ///< is added to the diagonal of the matrix of planes x rows, which keeps it from being singular
};

struct OpExample {
  std::string op;
  std::vector<Operand> operands;
  ir::Attributes attributes;
};

/// Examples of every operation with operands.
const std::vector<OpExample>& op_examples();

/// Adds those of the operations on images.
void add_convolutions(std::vector<OpExample>& list);
/// And on matrices of every sample.
void add_batch_matrices(std::vector<OpExample>& list);

/// Adds those of selections and of the proximal maps of penalties.
void add_penalties(std::vector<OpExample>& list);

/// The example with `nonneg` operands wherever their intervals allow it.
OpExample with_nonneg_domains(OpExample example);

/// "add [2, 3, lanes] [1, 3]".
std::string to_string(const OpExample& example);

/// The operands as leaves "0", "1", ... and the operation on them.
struct ExampleProgram {
  ir::Graph graph;
  std::vector<ir::Value> operands;
  ir::Value result;
};
ExampleProgram declare(const OpExample& example);

/// Numbers for the leaves of declare().
Numbers draw(const OpExample& example, int batch, std::mt19937& random);

/// A name for leaf i.
inline std::string operand_name(std::size_t i) { return std::to_string(i); }

}  // namespace unfurl::test
