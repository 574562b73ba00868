// Inputs, parameters and constants: values that whoever runs the program fills.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type checked(const Type& shape) {
  if (shape.planes < 0 || shape.rows < 0) throw InternalError("a value has a negative extent");
  return shape;
}

Type infer_leaf(const std::vector<Type>&, const Attributes& a) { return checked(a.as<Leaf>().shape); }

Type infer_constant(const std::vector<Type>&, const Attributes& a) {
  const auto& [shape, value, data] = a.as<Constant>();
  if (shape.lanes) throw InternalError(cat("a constant has no lanes; broadcast it to ", to_string(shape)));
  (void)checked(shape);
  if (data && data->size() != shape.size())
    throw InternalError(
        cat("a constant of shape ", to_string(shape), " is given ", data->size(), " numbers"));
  return shape;
}

}  // namespace

const Operation input{
    .name = "input", .arity = 0, .attributes = Leaf{}, .keeps_finite = true, .infer = infer_leaf};
const Operation param{
    .name = "param", .arity = 0, .attributes = Leaf{}, .keeps_finite = true, .infer = infer_leaf};
const Operation constant{.name = "constant", .arity = 0, .attributes = Constant{}, .infer = infer_constant};

}  // namespace unfurl::ir::ops
