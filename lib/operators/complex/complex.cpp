// Complex formulas as formulas over pairs of reals.
#include "operators/complex/complex.hpp"

#include "model/expr.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

using namespace formula_words;

namespace {

/// A pair of vectors lies in rows, one of matrices in planes.
bool is_matrix(const Expr& pair) { return pair.type().planes > 1; }

/// One half of a pair.
Expr part_of(const Expr& pair, bool second, const Where& where) {
  Type t = pair.type().with(Domain::real);
  (is_matrix(pair) ? t.planes : t.rows) /= 2;
  auto n = operation(second ? "imag" : "real", {pair}, t, where, [t, second](Builder& b, const Values& v) {
    const int entries = static_cast<int>(t.size());
    const Value flat = ir::reshape(b, v[0], 1, 2 * entries);
    return ir::reshape(b, b.slice_rows(flat, second ? entries : 0, entries), t.planes, t.rows);
  });
  n->dims = operators::part_extents(pair);
  n->scalar = pair.node().scalar;
  return Expr(std::move(n));
}

}  // namespace

std::vector<int> operators::pair_extents(std::vector<int> dims) {
  if (dims.empty()) return {2};
  if (dims.size() == 2) dims.insert(dims.begin(), 1);
  dims.front() *= 2;
  return dims;
}

std::vector<int> operators::part_extents(const Expr& pair) {
  std::vector<int> dims = pair.node().dims;
  if (dims.empty() || dims.front() % 2 != 0) return {};
  if (dims == std::vector<int>{2}) return {};
  dims.front() /= 2;
  if (dims.size() == 3 && dims.front() == 1) dims.erase(dims.begin());
  return dims;
}

Complex::Complex(std::complex<double> number, Where where)
    : Complex(Expr(number.real(), where), Expr(number.imag(), where), where) {}

Complex::Complex(Expr real_part, Expr imaginary_part, Where where) {
  Type t = joint_type(real_part, imaginary_part, "complex", false, where);
  const Type r = real_part.type(), i = imaginary_part.type();
  for (const Type& part : {r, i})
    if (!is_scalar(part) && (part.planes != t.planes || part.rows != t.rows))
      throw ModelError(cat("a complex formula of parts '", real_part.node().text, "' of shape ", to_string(r),
                           " and '", imaginary_part.node().text, "' of shape ", to_string(i)),
                       where, "parts of one shape, or a scalar for one of them");
  const Expr& array = is_scalar(r) ? imaginary_part : real_part;
  const Type pair{t.planes > 1 ? 2 * t.planes : 1, t.planes > 1 ? t.rows : 2 * t.rows, t.lanes};
  auto n =
      operation("complex", {real_part, imaginary_part}, pair, where, [t, pair](Builder& b, const Values& v) {
        Values parts;
        for (const Value part : v)
          parts.push_back(ir::reshape(b, b.broadcast(part, {t.planes, t.rows, t.lanes, b.type(part).domain}),
                                      1, static_cast<int>(t.size())));
        return ir::reshape(b, b.concat_rows(parts), pair.planes, pair.rows);
      });
  if (const auto& dims = array.node().dims; !dims.empty()) n->dims = operators::pair_extents(dims);
  n->scalar = real_part.node().scalar && imaginary_part.node().scalar;
  pair_ = Expr(std::move(n));
  if (r.same_shape(i)) real_ = std::move(real_part), imag_ = std::move(imaginary_part);
}

Complex Complex::of_pair(Expr pair, Where where) {
  const Type t = type_of(pair, where);
  if ((t.planes > 1 ? t.planes : t.rows) % 2 != 0)
    throw ModelError(cat("'", pair.node().text, "' of shape ", to_string(t), " is no pair of equal halves"),
                     where, "all real parts, then all imaginary ones: [1, 2 n] or [2 rows, columns]");
  Complex z;
  z.pair_ = std::move(pair);
  return z;
}

const Expr& Complex::pair() const& {
  (void)pair_.node();  // refuses an empty one
  return pair_;
}

Expr Complex::real(Where where) const { return real_ ? real_ : part_of(pair(), false, where); }
Expr Complex::imag(Where where) const { return imag_ ? imag_ : part_of(pair(), true, where); }

Type Complex::type() const {
  Type t = pair().type();
  (is_matrix(pair_) ? t.planes : t.rows) /= 2;
  return t;
}

Expr operators::blocks(const Complex& a, const Where& where) {
  const Type part = a.type(), to{2 * part.planes, 2 * part.rows, part.lanes};
  return Expr(operation("complex matrix", {a.pair()}, to, where, [part](Builder& b, const Values& v) {
    const int m = part.planes;
    std::vector<int> other;
    std::vector<double> signs;
    for (int p = 0; p < 2 * m; ++p) {
      other.push_back(p < m ? p + m : p - m);
      signs.push_back(p < m ? -1 : 1);
    }
    const Value stacked = ir::reshape(b, v[0], 2 * m, part.rows);
    const Value turned = b.mul(b.gather_planes(stacked, ir::make_index(std::move(other), 2 * m)),
                               b.constant(std::move(signs), {2 * m, 1, false}));
    return b.concat_rows({stacked, turned});
  }));
}

}  // namespace unfurl
