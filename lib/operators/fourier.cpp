// Fourier multipliers of arrays.
#include "unfurl/extend/fourier.hpp"

#include "model/expr.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

using namespace formula_words;

namespace {

/// What a Fourier transform of an array is of.
ir::Fourier extents_of(const Expr& x, const Where& where) {
  const Type t = type_of(x, where);
  const std::vector<int>& dims = x.node().dims;
  if (t.planes != 1 || dims.size() > 2)
    throw ModelError(cat("a Fourier multiplier of '", x.node().text, "' of shape ", to_string(t)), where,
                     "an array of {n} or {height, width}");
  return dims.size() == 2 ? ir::Fourier{dims[0], dims[1]} : ir::Fourier{1, t.rows};
}

Expr multiply_frequencies(const Expr& re, const Expr& im, const Expr& x, const Where& where) {
  const ir::Fourier extents = extents_of(x, where);
  const int frequencies = extents.frequencies();
  bool lanes = x.type().lanes;
  for (const Expr& part : {re, im}) {
    if (!part) continue;
    const Type p = type_of(part, where);
    if (p.planes != 1 || (p.rows != frequencies && p.rows != 1))
      throw ModelError(cat("Fourier multiplier '", part.node().text, "' of shape ", to_string(p), " for '",
                           x.node().text, "' of ", extents.height, " x ", extents.width),
                       where, cat("a scalar, or ", frequencies, " numbers: height * (width / 2 + 1)"));
    lanes = lanes || p.lanes;
  }
  std::vector<Expr> args = {x, re};
  if (im) args.push_back(im);
  const Type to{1, x.type().rows, lanes};
  auto n = operation("fourier", std::move(args), to, where, [=](Builder& b, const Values& v) {
    const Value spectrum = ir::fourier(b, v[0], extents), weights = ir::fourier_weights(b, extents);
    const auto half = [&](Value all, int part) { return b.slice_rows(all, part * frequencies, frequencies); };
    const Value re_x = half(spectrum, 0), im_x = half(spectrum, 1), weight = half(weights, 0);
    const Value re_m = b.mul(weight, v[1]);  // with parameters it is computed once
    Value re_y = b.mul(re_m, re_x), im_y = b.mul(re_m, im_x);
    if (v.size() > 2) {
      const Value im_m = b.mul(weight, v[2]);
      re_y = b.sub(re_y, b.mul(im_m, im_x));
      im_y = b.add(im_y, b.mul(im_m, re_x));
    }
    return ir::fourier_transpose(b, b.concat_rows({re_y, im_y}), extents);
  });
  n->dims = x.node().dims;
  return Expr(std::move(n));
}

}  // namespace

Operator fourier(Expr real_part, Expr imaginary_part) {
  std::string text = cat("fourier(", real_part.node().text, ")");
  return {std::move(text),
          [re = std::move(real_part), im = std::move(imaginary_part)](const Expr& x, const Where& where) {
            return multiply_frequencies(re, im, x, where);
          }};
}

}  // namespace unfurl
