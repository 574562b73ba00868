// Formulas beyond those of model.hpp.
#include "unfurl/formulas.hpp"

#include "model/expr.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

using namespace formula_words;

namespace {

void need_nonneg(const Expr& a, const char* name, const Where& where) {
  if (type_of(a, where).domain == Domain::real)
    throw ModelError(cat(name, "('", a.node().text, "') of a formula that may be negative"), where,
                     "declare what it is made of with nonneg");
}

template <Value (Builder::*F)(Value)>
Expr unary(const char* name, const Expr& a, Domain domain, const Where& where) {
  return elementwise(name, {a}, type_of(a, where).with(domain), where,
                     [](Builder& w, const Values& v) { return (w.*F)(v[0]); });
}

Expr scalar_of(const char* name, const Expr& a, const Where& where, Lower lower) {
  need_entries(a, where);
  const Type t = a.type();
  auto n = operation(name, {a}, {1, 1, t.lanes, t.domain}, where, std::move(lower));
  n->scalar = true;
  return Expr(std::move(n));
}

}  // namespace

Expr sqrt(Expr a, Where where) {
  need_nonneg(a, "sqrt", where);
  return unary<&Builder::sqrt>("sqrt", a, Domain::nonneg, where);
}

Expr pow(Expr a, double exponent, Where where) {
  if (exponent != 1 && exponent != 2) need_nonneg(a, "pow", where);
  const Type t = type_of(a, where);
  return elementwise("pow", {a}, exponent == 1 ? t : t.with(Domain::nonneg), where,
                     [exponent](Builder& w, const Values& v) { return w.pow(v[0], exponent); });
}

Expr abs(Expr a, Where where) { return unary<&Builder::abs>("abs", a, Domain::nonneg, where); }
Expr relu(Expr a, Where where) { return unary<&Builder::relu>("relu", a, Domain::nonneg, where); }
Expr sigmoid(Expr a, Where where) { return unary<&Builder::sigmoid>("sigmoid", a, Domain::nonneg, where); }

Expr max(Expr a, Expr b, Where where) {
  const Type t = joint_type(a, b, "max", true, where);
  const bool positive = a.type().domain != Domain::real || b.type().domain != Domain::real;
  return elementwise("max", {a, b}, positive ? t.with(Domain::nonneg) : t, where,
                     [positive](Builder& w, const Values& v) {
                       // Chosen, not computed as b + relu(a - b), which would round.
                       const Value first = w.greater(w.sub(v[0], v[1]), 0);
                       const Value second = w.sub(w.constant(1), first);
                       const Value larger = w.add(w.where(v[0], first), w.where(v[1], second));
                       return positive ? w.relu(larger) : larger;
                     });
}

Expr sum(Expr a, Where where) {
  return scalar_of("sum", a, where, [](Builder& w, const Values& v) {
    return w.sum_to(v[0], {1, 1, w.type(v[0]).lanes});
  });
}

Expr max(Expr a, Where where) {
  return scalar_of("max", a, where, [](Builder& w, const Values& v) {
    return w.max_planes(ir::reshape(w, v[0], static_cast<int>(w.type(v[0]).size()), 1));
  });
}

Expr transpose(Expr a, Where where) {
  need_entries(a, where);
  const Type t = a.type();
  if (t.lanes)
    throw ModelError(cat("transpose('", a.node().text, "') of shape ", to_string(t), ", which is data"),
                     where, "apply it to a parameter of matrix(rows, columns), or a formula of parameters");
  return Expr(operation(
      "transpose", {a}, {t.rows, t.planes, false, t.domain}, where, [](Builder& w, const Values& v) {
        const Type m = w.type(v[0]);
        const auto n = static_cast<std::size_t>(m.planes);
        std::vector<double> identity(n * n, 0);
        for (std::size_t i = 0; i < n; ++i) identity[i * n + i] = 1;
        const Type square{m.planes, m.planes, false, Domain::nonneg};
        // A^T = op(A) I: the product with the identity is exact.
        return w.matmul(v[0], w.constant(std::move(identity), square), true, ir::Axis::planes);
      }));
}

Expr concatenate(std::vector<Expr> parts, Where where) {
  if (parts.empty()) throw ModelError("concatenate of nothing", where, "give it one formula or more");
  Type t = type_of(parts[0], where);
  t.rows = 0;
  for (const Expr& p : parts) {
    const Type mine = type_of(p, where);
    if (mine.planes != t.planes)
      throw ModelError(cat("'", parts[0].node().text, "' of shape ", to_string(parts[0].type()), " and '",
                           p.node().text, "' of shape ", to_string(mine), " do not fit under 'concatenate'"),
                       where, "vectors, or matrices with as many rows");
    t.rows += mine.rows;
    t.lanes = t.lanes || mine.lanes;
    if (mine.domain == Domain::real) t.domain = Domain::real;
  }
  return Expr(operation("concatenate", std::move(parts), t, where, [t](Builder& w, const Values& v) {
    Values filled;
    for (const Value part : v) {
      const Type mine = w.type(part);
      filled.push_back(w.broadcast(part, {mine.planes, mine.rows, t.lanes, mine.domain}));
    }
    return w.concat_rows(filled);
  }));
}

Expr gather(Expr a, const std::vector<int>& entries, Where where) {
  const Type t = type_of(a, where);
  if (entries.empty())
    throw ModelError(cat("gather('", a.node().text, "') of nothing"), where, "at least one entry");
  for (const int i : entries)
    if (i < 0 || i >= t.rows)
      throw ModelError(cat("gather('", a.node().text, "') of entry ", i, ", and it has ", t.rows), where,
                       cat("they count from 0 to ", t.rows - 1));
  return at_rows(a, entries, where);
}

Expr reshape(Expr a, std::vector<int> dims, Where where) {
  const Type t = type_of(a, where);
  long long entries = 1;
  for (const int d : dims) entries *= d > 0 ? d : 0;
  if (entries != t.rows)
    throw ModelError(cat("reshape('", a.node().text, "', ", extents(dims), ") of ", t.rows, " entries"),
                     where, "extents whose product is their number");
  auto n = operation("reshape", {a}, t, where, [](Builder&, const Values& v) { return v[0]; });
  n->dims = std::move(dims);
  return Expr(std::move(n));
}

}  // namespace unfurl
