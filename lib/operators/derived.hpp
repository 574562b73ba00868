// What is derived of formulas that are linear in an operand.
#pragma once

#include <map>

#include "backend/cpu/executor.hpp"
#include "unfurl/extend/program.hpp"
#include "unfurl/model.hpp"

namespace unfurl::operators {

/// Whether a formula is A x + c in the handle that `is_operand` knows: its gradient is there, and does not depend on x.
bool is_linear(const Expr& formula, const std::function<bool(const Expr::Node&)>& is_operand);

/// Whether a formula that is A x + c has no c. It is computed at x = 0, for some parameters and data that nothing is special
/// about.
bool vanishes_at_zero(const Expr& formula, const std::function<bool(const Expr::Node&)>& is_operand);

/// A^T y for result = A operand + c, in the operand's shape. Absent gradients are zeros.
ir::Value adjoint_at(ir::Builder& b, ir::Value result, ir::Value operand, ir::Value y);

/// Whether a program reads this input.
bool reads_input(const ir::Graph& graph, const std::string& name);
/// The program of one result, optimised: "result". The graph is a reference, since a caller may append the result to it in the
/// same expression, and compilers differ in what they evaluate first.
ir::Graph program_of(const ir::Graph& graph, ir::Value result);
/// Runs it once, in double precision. `load` and `store` see entry i of sample j as [i * lanes + j - first].
void run(const ir::Graph& program, const std::map<std::string, std::vector<double>>& parameters, int batch,
         const exec::Exchange<double>& exchange);

}  // namespace unfurl::operators
