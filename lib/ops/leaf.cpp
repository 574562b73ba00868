// Inputs, parameters and constants: values that the executor fills.
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

Type infer_declared(const std::vector<Type>&, const Attributes& a) {
  if (a.shape.planes < 0 || a.shape.rows < 0) throw InternalError("a value has a negative extent");
  if (a.data && a.data->size() != a.shape.size())
    throw InternalError(
        detail::cat("a constant of shape ", to_string(a.shape), " is given ", a.data->size(), " numbers"));
  return a.shape;
}

Type infer_constant(const std::vector<Type>& t, const Attributes& a) {
  if (a.shape.lanes)
    throw InternalError(detail::cat("a constant has no lanes; broadcast it to ", to_string(a.shape)));
  return infer_declared(t, a);
}

}  // namespace

const OpDef input{.name = "input", .arity = 0, .infer = infer_declared};
const OpDef param{.name = "param", .arity = 0, .infer = infer_declared};
const OpDef constant{.name = "constant", .arity = 0, .infer = infer_constant};

}  // namespace unfurl::ir::ops
