// Formulas: shapes are checked where the user writes them, lowering happens once per layer.
#include <algorithm>
#include <cmath>

#include "core/floors.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;
using Values = std::vector<Value>;
using Lower = std::function<Value(Builder&, const Values&)>;

Expr::Expr(double number) {
  if (!std::isfinite(number))
    throw ModelError(cat("a formula holds the number ", number), "", "finite numbers only");
  auto n = std::make_shared<Node>();
  n->kind = Node::Kind::number;
  n->number = number;
  n->text = cat(number);
  n->type = {1, 1, false, number >= 0 ? Domain::nonneg : Domain::real};
  node_ = std::move(n);
}

const Type& Expr::type() const {
  if (!node_) throw ModelError("an empty formula is used", "", "give every argument a value");
  return node_->type;
}

namespace {

const void* common_model(const std::vector<Expr>& args, const std::string& what) {
  const void* model = nullptr;
  for (const Expr& a : args) {
    if (!a.node().model) continue;
    if (model && a.node().model != model)
      throw ModelError(cat("'", what, "' mixes handles of two models"), "",
                       "declare both operands in one model");
    model = a.node().model;
  }
  return model;
}

Expr operation(const std::string& name, std::vector<Expr> args, Type type, Lower lower) {
  for (const Expr& a : args) (void)a.type();  // refuses empty ones
  auto n = std::make_shared<Expr::Node>();
  n->kind = Expr::Node::Kind::operation;
  n->text = name;
  n->type = type;
  n->model = common_model(args, name);
  n->args = std::move(args);
  n->lower = std::move(lower);
  return Expr(std::move(n));
}

Type joint_type(const Expr& a, const Expr& b, const std::string& name, bool keeps_sign) {
  const Type &x = a.type(), &y = b.type();
  const auto fits = [](int p, int q) { return p == q || p == 1 || q == 1; };
  if (!fits(x.planes, y.planes) || !fits(x.rows, y.rows))
    throw ModelError(cat("'", a.node().text, "' of shape ", to_string(x), " and '", b.node().text,
                         "' of shape ", to_string(y), " do not fit under '", name, "'"),
                     "", "elementwise operations need equal shapes, or an extent of one");
  const bool positive = keeps_sign && x.domain != Domain::real && y.domain != Domain::real;
  return {std::max(x.planes, y.planes), std::max(x.rows, y.rows), x.lanes || y.lanes,
          positive ? Domain::nonneg : Domain::real};
}

bool is_scalar(const Type& t) { return t.planes == 1 && t.rows == 1; }

void need_matrix(const Expr& a, const char* name, bool square) {
  const Type& t = a.type();
  if (t.lanes || (square && t.planes != t.rows))
    throw ModelError(cat("'", a.node().text, "' of shape ", to_string(t), " is no ", square ? "square " : "",
                         "matrix of parameters, which ", name, " needs"),
                     "", "apply it to a parameter of matrix(rows, columns)");
}

void need_range(const Expr& a, const char* name, int first, int count, int extent) {
  if (first < 0 || count < 1 || first > extent - count)
    throw ModelError(cat(name, "('", a.node().text, "', ", first, ", ", count, ") reaches outside of its ",
                         extent, " entries"),
                     "", "the first entry is 0");
}

Expr handle(Expr::Node::Kind kind, const Expr& of, const std::string& text, Type type) {
  auto n = std::make_shared<Expr::Node>(of.node());
  n->kind = kind;
  n->text = text;
  n->type = type;
  n->args = {of};
  return Expr(std::move(n));
}

}  // namespace

Expr context(const Observed& v, int past, int ahead) {
  Type t = v.type();
  if (past < 0 || ahead < 0 || t.planes != 1)
    throw ModelError(cat("a context of ", past, " frames before and ", ahead, " after '", v.name(),
                         "' of shape ", to_string(t)),
                     "", "numbers >= 0, and data of one plane");
  if (past + ahead == 0) return v;
  t.rows *= past + 1 + ahead;
  auto n = std::make_shared<Expr::Node>(
      handle(Expr::Node::Kind::context, v, cat("context(", v.name(), ")"), t).node());
  n->past = past;
  n->ahead = ahead;
  return Expr(std::move(n));
}

Expr previous(const Latent& x) {
  return handle(Expr::Node::Kind::previous, x, cat("previous(", x.name(), ")"), x.type());
}

Expr operator+(Expr a, Expr b) {
  const Type t = joint_type(a, b, "+", true);
  return operation("+", {a, b}, t, [](Builder& w, const Values& v) { return w.add(v[0], v[1]); });
}

Expr operator-(Expr a, Expr b) {
  const Type t = joint_type(a, b, "-", false);
  return operation("-", {a, b}, t, [](Builder& w, const Values& v) { return w.sub(v[0], v[1]); });
}

Expr operator-(Expr a) {
  return operation("-", {a}, a.type().with(Domain::real),
                   [](Builder& w, const Values& v) { return w.neg(v[0]); });
}

Expr cwise(Expr a, Expr b) {
  const Type t = joint_type(a, b, "cwise", true);
  return operation("cwise", {a, b}, t, [](Builder& w, const Values& v) { return w.mul(v[0], v[1]); });
}

Expr operator/(Expr a, Expr b) {
  const Type t = joint_type(a, b, "/", true);
  return operation("/", {a, b}, t, [](Builder& w, const Values& v) { return w.div(v[0], v[1]); });
}

Expr operator*(Expr a, Expr b) {
  const Type &m = a.type(), &x = b.type();
  if (is_scalar(m) || is_scalar(x)) return cwise(std::move(a), std::move(b));
  const bool rows = x.planes == 1 && m.rows == x.rows, planes = x.planes > 1 && m.rows == x.planes;
  if (m.lanes || (!rows && !planes))
    throw ModelError(
        cat("'", a.node().text, "' of shape ", to_string(m), " cannot multiply '", b.node().text,
            "' of shape ", to_string(x)),
        "",
        "'*' is the matrix product: the columns of the left side are the entries (or features) of "
        "the right; use cwise(a, b) for the elementwise product");
  const Domain d = m.domain != Domain::real && x.domain != Domain::real ? Domain::nonneg : Domain::real;
  const Type t = rows ? Type{1, m.planes, x.lanes, d} : Type{m.planes, x.rows, x.lanes, d};
  const ir::Axis axis = rows ? ir::Axis::rows : ir::Axis::planes;
  return operation("*", {a, b}, t,
                   [axis](Builder& w, const Values& v) { return w.matmul(v[0], v[1], false, axis); });
}

Expr exp(Expr a) {
  return operation("exp", {a}, a.type().with(Domain::nonneg),
                   [](Builder& w, const Values& v) { return w.exp(v[0]); });
}

Expr log(Expr a) {
  return operation("log", {a}, a.type().with(Domain::real),
                   [](Builder& w, const Values& v) { return w.log(v[0]); });
}

Expr share(Expr a, Expr b) {
  const Type t = joint_type(a, b, "share", true);
  if (t.domain != Domain::nonneg)
    throw ModelError(cat("share('", a.node().text, "', '", b.node().text, "') needs non-negative operands"),
                     "", "declare them with nonneg");
  return operation("share", {a, b}, t, [](Builder& w, const Values& v) {
    const Value tiny = w.constant(floors::silence);  // both sources silent: an even share instead of 0/0
    return w.share(w.add(v[0], tiny), w.add(v[1], tiny));
  });
}

Expr unit_columns(Expr a) {
  need_matrix(a, "unit_columns", false);
  return operation("unit_columns", {a}, a.type(), [](Builder& w, const Values& v) {
    const Type column{1, w.type(v[0]).rows, false};
    const Value norm = w.sqrt(w.add(w.sum_to(w.square(v[0]), column), w.constant(floors::smallest)));
    return w.div(v[0], norm);
  });
}

Expr slice(Expr a, int first, int count) {
  Type t = a.type();
  need_range(a, "slice", first, count, t.rows);
  t.rows = count;
  return operation("slice", {a}, t,
                   [first, count](Builder& w, const Values& v) { return w.slice_rows(v[0], first, count); });
}

Expr rows_of(Expr a, int first, int count) {
  Type t = a.type();
  need_matrix(a, "rows_of", false);
  need_range(a, "rows_of", first, count, t.planes);
  if (count == t.planes) return a;
  std::vector<int> planes;
  for (int p = 0; p < count; ++p) planes.push_back(first + p);
  const ir::Index index = ir::make_index(std::move(planes), t.planes);
  t.planes = count;
  return operation("rows_of", {a}, t,
                   [index](Builder& w, const Values& v) { return w.gather_planes(v[0], index); });
}

Expr mean(Expr a) {
  const Type t = a.type();
  return operation("mean", {a}, {1, 1, t.lanes, t.domain}, [t](Builder& w, const Values& v) {
    return w.scale(w.sum_to(v[0], {1, 1, t.lanes}), 1.0 / static_cast<double>(t.size()));
  });
}

Expr symmetric(Expr a) {
  need_matrix(a, "symmetric", true);
  return operation("symmetric", {a}, a.type(), [](Builder& w, const Values& v) {
    const int n = w.type(v[0]).rows;
    const auto size = static_cast<std::size_t>(n);
    std::vector<double> identity(size * size, 0), half(size * size, 0.5);
    for (std::size_t i = 0; i < size; ++i) identity[i * size + i] = 1, half[i * size + i] = 0;
    const Type square{n, n, false, Domain::nonneg};
    // W^T = op(W) I: the product with the identity is exact.
    const Value transposed = w.matmul(v[0], w.constant(identity, square), true, ir::Axis::planes);
    return w.mul(w.add(v[0], transposed), w.constant(half, square));
  });
}

}  // namespace unfurl
