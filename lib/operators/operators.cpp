// Operators made of formulas, and of operators.
#include "unfurl/operators.hpp"

#include <cmath>

#include "model/expr.hpp"
#include "operators/derived.hpp"
#include "unfurl/data.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl {

using namespace formula_words;

Operator dense(Expr matrix) {
  const std::string text = matrix.node().text;
  return {text,
          [matrix](const Expr& x, const Where& where) { return Operand(matrix, where) * Operand(x, where); },
          matrix};
}

Operator mask(const std::vector<int>& entries) {
  return {"mask",
          [entries](const Expr& x, const Where& where) { return gather(x, entries, where); },
          {},
          [entries](const Expr& a, const Where& where) {
            return transpose(gather(transpose(a, where), entries, where), where);
          }};
}

namespace {

/// A fixed matrix times a vector, or times the columns of a matrix.
Expr sketched(int rows, const std::vector<double>& matrix, const Expr& x, const Where& where) {
  const Type t = type_of(x, where);
  const bool columns = !t.lanes && t.planes > 1;
  const int length = columns ? t.planes : t.rows;
  if ((t.planes != 1 && !columns) || rows < 1 ||
      matrix.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(length))
    throw ModelError(cat("a sketch of ", rows, " rows and ", matrix.size(), " numbers of '", x.node().text,
                         "' of shape ", to_string(t)),
                     where, "a vector, and rows times its entries as numbers");
  bool nonneg = t.domain != Domain::real;
  for (const double v : matrix) nonneg = nonneg && v >= 0;
  const Domain domain = nonneg ? Domain::nonneg : Domain::real;
  const Type m{rows, length, false, domain},
      out{columns ? rows : 1, columns ? t.rows : rows, t.lanes, domain};
  return Expr(operation("sketch", {x}, out, where, [=](ir::Builder& b, const Values& v) {
    return b.matmul(b.constant(matrix, m), v[0], false, columns ? ir::Axis::planes : ir::Axis::rows);
  }));
}

std::vector<double> random_sketch(int rows, int columns, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> matrix;
  const auto count = static_cast<std::size_t>(std::max(rows, 0)) * static_cast<std::size_t>(columns);
  for (std::size_t i = 0; i < count; ++i)
    matrix.push_back(random.normal() / std::sqrt(static_cast<double>(rows)));
  return matrix;
}

}  // namespace

Operator sketch(int rows, std::vector<double> matrix) {
  const auto apply = [rows, matrix = std::move(matrix)](const Expr& x, const Where& where) {
    return sketched(rows, matrix, x, where);
  };
  return {"sketch", apply, {}, apply};
}

Operator sketch(int rows, std::uint64_t seed) {
  const auto apply = [rows, seed](const Expr& x, const Where& where) {
    const Type t = type_of(x, where);
    return sketched(
        rows, random_sketch(rows, t.lanes || t.planes == 1 ? static_cast<int>(t.size()) : t.planes, seed), x,
        where);
  };
  return {"sketch", apply, {}, apply};
}

Operator identity() {
  return {"identity", [](const Expr& x, const Where&) { return x; }};
}

Operator differences() {
  return {"differences", [](const Expr& x, const Where& where) {
            const Type t = type_of(x, where);
            if (t.rows < 2)
              throw ModelError(cat("differences of '", x.node().text, "' of shape ", to_string(t)), where,
                               "a vector of two entries or more");
            return Operand(slice(x, 1, t.rows - 1, where), where) -
                   Operand(slice(x, 0, t.rows - 1, where), where);
          }};
}

Operator grid_differences() {
  return {"grid_differences", [](const Expr& x, const Where& where) {
            const std::vector<int>& dims = x.node().dims;
            if (type_of(x, where).planes != 1 || dims.size() != 2)
              throw ModelError(cat("differences on the grid of '", x.node().text, "' of shape ",
                                   to_string(x.type()), ", whose height and width are not known"),
                               where, "declare it with {height, width}, or use reshape(x, {h, w})");
            std::vector<int> from, to;
            for (const bool down : {false, true})
              for (int r = 0; r + (down ? 1 : 0) < dims[0]; ++r)
                for (int c = 0; c + (down ? 0 : 1) < dims[1]; ++c) {
                  from.push_back(r * dims[1] + c);
                  to.push_back(from.back() + (down ? dims[1] : 1));
                }
            if (to.empty())
              throw ModelError(cat("'", x.node().text, "' has no neighbours"), where, "two entries or more");
            return Operand(gather(x, to, where), where) - Operand(gather(x, from, where), where);
          }};
}

Operator linear(const std::string& text, std::function<Expr(const Expr&)> apply) {
  return {text, [text, apply = std::move(apply)](const Expr& x, const Where& where) {
            if (!apply)
              throw ModelError(cat("operator '", text, "' has no function"), where,
                               "linear(text, f) with a function f of formulas");
            return apply(x);
          }};
}

namespace {

using Kind = Expr::Node::Kind;

/// The handles below a formula, each once, without `placeholder`.
void handles_of(const Expr& e, const Expr& placeholder, std::vector<Expr>& found) {
  const Expr::Node& n = e.node();
  if (n.kind == Kind::operation)
    for (const Expr& a : n.args) handles_of(a, placeholder, found);
  else if (n.kind != Kind::number && &n != &placeholder.node() &&
           std::none_of(found.begin(), found.end(), [&](const Expr& f) { return &f.node() == &n; }))
    found.push_back(e);
}

}  // namespace

Operator adjoint(const Operator& a, const std::vector<int>& dims) {
  return {cat("adjoint(", a.text(), ")"), [a, dims](const Expr& y, const Where& where) {
            long long entries = 1;
            for (const int d : dims) entries *= d > 0 ? d : 0;
            if (entries < 1 || entries > (1 << 30))
              throw ModelError(cat("an adjoint to arrays of '", extents(dims), "'"), where,
                               "positive extents");
            auto node = std::make_shared<Expr::Node>();  // stands for what the operator is applied to
            node->kind = Kind::latent;
            node->text = "x";
            node->type = {1, static_cast<int>(entries), true, Domain::nonneg};
            node->dims = dims;
            const Expr x(node), f = a(x, where);
            const Type image = f.type(), t = type_of(y, where);
            if (image.planes != t.planes || image.rows != t.rows)
              throw ModelError(
                  cat("the adjoint of '", a.text(), "', which makes ", to_string(image), " of ",
                      extents(dims), ", is applied to '", y.node().text, "' of shape ", to_string(t)),
                  where, "apply it to what the operator makes of these extents");
            const auto is_operand = [&](const Expr::Node& n) { return &n == node.get(); };
            if (!operators::is_linear(f, is_operand))
              throw ModelError(cat("operator '", a.text(), "' is not linear"), where,
                               "an operator is made of sums, and of products with what is no operand");
            if (!operators::vanishes_at_zero(f, is_operand))
              throw ModelError(cat("operator '", a.text(), "' is not linear: it adds to its operand"), where,
                               "leave out what it adds, and add it to the product");
            std::vector<Expr> args;
            handles_of(f, x, args);
            args.push_back(y);
            bool lanes = t.lanes;
            for (const Expr& e : args) lanes = lanes || e.type().lanes;
            const bool nonneg = image.domain != Domain::real && t.domain != Domain::real;
            const Type to{1, node->type.rows, lanes, nonneg ? Domain::nonneg : Domain::real};
            auto n = operation("adjoint", args, to, where, [=](ir::Builder& b, const Values& v) {
              const Value operand = b.zeros({1, to.rows, lanes, Domain::nonneg});
              const Value result = lower(b, f, [&](const Expr::Node& handle) {
                for (std::size_t i = 0; i + 1 < args.size(); ++i)
                  if (&args[i].node() == &handle) return v[i];
                return operand;
              });
              return operators::adjoint_at(b, result, operand, v.back());
            });
            n->dims = dims;
            return Expr(std::move(n));
          }};
}

Expr operator*(const Operator& a, const Operand& x) { return a(x.expr, x.where); }

Operator operator*(const Operator& a, const Operator& b) {
  const std::string text = cat(a.text(), " * ", b.text());
  if (a.to_matrix() && b.matrix() && !b.matrix().type().lanes)
    return {text, [a, b](const Expr& x, const Where& w) {
              return Operand(a.to_matrix()(b.matrix(), w), w) * Operand(x, w);
            }};
  Operator::ApplyToMatrix both;
  if (a.to_matrix() && b.to_matrix())
    both = [a, b](const Expr& m, const Where& w) { return a.to_matrix()(b.to_matrix()(m, w), w); };
  return {text, [a, b](const Expr& x, const Where& w) { return a(b(x, w), w); }, {}, both};
}

Operator operator+(const Operator& a, const Operator& b) {
  return {cat("(", a.text(), " + ", b.text(), ")"),
          [a, b](const Expr& x, const Where& w) { return Operand(a(x, w), w) + Operand(b(x, w), w); }};
}

Operator operator-(const Operator& a, const Operator& b) {
  return {cat("(", a.text(), " - ", b.text(), ")"),
          [a, b](const Expr& x, const Where& w) { return Operand(a(x, w), w) - Operand(b(x, w), w); }};
}

Operator operator-(const Operator& a) {
  return {cat("-", a.text()), [a](const Expr& x, const Where& w) { return -Operand(a(x, w), w); }};
}

Operator operator*(const Operand& scale, const Operator& a) {
  if (!is_scalar(type_of(scale.expr, scale.where)))
    throw ModelError(cat("'", scale.expr.node().text, "' of shape ", to_string(scale.expr.type()),
                         " scales operator '", a.text(), "'"),
                     scale.where, "a number or a scalar; dense(A) makes an operator of a matrix");
  Operator::ApplyToMatrix to_matrix;
  if (a.to_matrix() && !scale.expr.type().lanes)
    to_matrix = [scale, a](const Expr& m, const Where& w) { return scale * Operand(a.to_matrix()(m, w), w); };
  return {cat(scale.expr.node().text, " * ", a.text()),
          [scale, a](const Expr& x, const Where& w) { return scale * Operand(a(x, w), w); },
          {},
          to_matrix};
}

}  // namespace unfurl
