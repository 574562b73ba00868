// Formulas: shapes are checked where the user writes them, lowering happens once per layer.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/floors.hpp"
#include "model/expr.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

using namespace formula_words;

Expr::Expr(double number, Where where) {
  if (!std::isfinite(number))
    throw ModelError(
        cat("a formula holds the number ", number), where,
        "finite numbers only; what is impossible is the logarithm of a parameter that is 0: log(p)");
  auto n = std::make_shared<Node>();
  n->kind = Node::Kind::number;
  n->number = number;
  n->text = cat(number);
  n->type = {1, 1, false, number >= 0 ? Domain::nonneg : Domain::real};
  n->scalar = true;
  node_ = std::move(n);
}

namespace {

[[noreturn]] void refuse_empty(const Where& where) {
  throw ModelError("an empty formula is used", where, "give every argument a value");
}

}  // namespace

const Expr::Node& Expr::node() const& {
  if (!node_) refuse_empty({});
  return *node_;
}

Type Expr::type() const { return node().type; }

namespace {

const void* common_model(const std::vector<Expr>& args, const std::string& what, const Where& where) {
  const void* model = nullptr;
  for (const Expr& a : args) {
    if (!a.node().model) continue;
    if (model && a.node().model != model)
      throw ModelError(cat("'", what, "' mixes handles of two models"), where,
                       "declare both operands in one model");
    model = a.node().model;
  }
  return model;
}

}  // namespace

Type type_of(const Expr& e, const Where& where) {
  if (!e) refuse_empty(where);
  return e.type();
}

void need_entries(const Expr& e, const Where& where) {
  if (type_of(e, where).size() == 0)
    throw ModelError(cat("'", e.node().text, "' has no entries"), where,
                     "what belongs to an empty edge set can be used in factors over that set only");
}

std::shared_ptr<Expr::Node> operation(const std::string& name, std::vector<Expr> args, Type type,
                                      const Where& where, Lower lower) {
  auto n = std::make_shared<Expr::Node>();
  n->kind = Expr::Node::Kind::operation;
  n->text = name;
  n->type = type;
  n->model = common_model(args, name, where);
  n->args = std::move(args);
  n->lower = std::move(lower);
  return n;
}

std::string extents(const std::vector<int>& dims) {
  std::string text;
  for (int d : dims) text += cat(text.empty() ? "" : " x ", d);
  return text;
}

Expr elementwise(const std::string& name, std::vector<Expr> args, Type type, const Where& where,
                 Lower lower) {
  auto n = operation(name, std::move(args), type, where, std::move(lower));
  n->scalar = true;
  const Expr* array = nullptr;  // the first one whose extents are known
  for (const Expr& a : n->args) {
    const std::vector<int>& dims = a.node().dims;
    n->scalar = n->scalar && a.node().scalar;
    if (dims.empty() || a.node().type.rows != type.rows) continue;
    const std::vector<int>& first = array ? array->node().dims : dims;
    if (dims != first && dims.size() > 1 && first.size() > 1)
      throw ModelError(cat("'", array->node().text, "' is an array of ", extents(first), " and '",
                           a.node().text, "' one of ", extents(dims), "; they do not fit under '", name, "'"),
                       where, "declare both with the same extents, in the same order");
    if (!array || first.size() == 1) array = &a;
  }
  if (array) n->dims = array->node().dims;
  return Expr(std::move(n));
}

namespace {

/// Extents under broadcasting; 0 is the extent of what an empty edge set has.
int joint_extent(int p, int q) { return p == 1 ? q : p; }

}  // namespace

Type joint_type(const Expr& a, const Expr& b, const std::string& name, bool keeps_sign, const Where& where) {
  const Type x = type_of(a, where), y = type_of(b, where);
  const auto fits = [](int p, int q) { return p == q || p == 1 || q == 1; };
  if (!fits(x.planes, y.planes) || !fits(x.rows, y.rows))
    throw ModelError(cat("'", a.node().text, "' of shape ", to_string(x), " and '", b.node().text,
                         "' of shape ", to_string(y), " do not fit under '", name, "'"),
                     where, "elementwise operations need equal shapes, or an extent of one");
  const bool positive = keeps_sign && x.domain != Domain::real && y.domain != Domain::real;
  return {joint_extent(x.planes, y.planes), joint_extent(x.rows, y.rows), x.lanes || y.lanes,
          positive ? Domain::nonneg : Domain::real};
}

namespace {

Expr handle(Expr::Node::Kind kind, const Expr& of, const std::string& text, Type type, int past = 0,
            int ahead = 0) {
  auto n = std::make_shared<Expr::Node>(of.node());
  n->kind = kind;
  n->text = text;
  if (n->type.rows != type.rows) n->dims.clear();
  n->type = type;
  n->args = {of};
  n->past = past;
  n->ahead = ahead;
  return Expr(std::move(n));
}

Expr product(const Expr& a, const Expr& b, const std::string& name, const Where& where) {
  return elementwise(name, {a, b}, joint_type(a, b, name, true, where), where,
                     [](Builder& w, const Values& v) { return w.mul(v[0], v[1]); });
}

}  // namespace

Expr context(const Observed& v, int past, int ahead, Where where) {
  Type t = type_of(v, where);
  if (past < 0 || ahead < 0 || t.planes != 1)
    throw ModelError(cat("a context of ", past, " frames before and ", ahead, " after '", v.name(),
                         "' of shape ", to_string(t)),
                     where, "numbers >= 0, and data of one plane");
  const std::int64_t rows = std::int64_t{t.rows} * (std::int64_t{1} + past + ahead);
  if (rows > (std::int64_t(1) << 30))
    throw ModelError(cat("a context of ", past, " frames before and ", ahead, " after '", v.name(), "' has ",
                         rows, " entries"),
                     where, "at most 2^30: look at fewer frames");
  if (past + ahead == 0) return v;
  t.rows = static_cast<int>(rows);
  return handle(Expr::Node::Kind::context, v, cat("context(", v.name(), ")"), t, past, ahead);
}

Expr previous(const Latent& x) {
  return handle(Expr::Node::Kind::previous, x, cat("previous(", x.name(), ")"), x.type());
}

Expr operator+(const Operand& a, const Operand& b) {
  return elementwise("+", {a.expr, b.expr}, joint_type(a.expr, b.expr, "+", true, a.where), a.where,
                     [](Builder& w, const Values& v) { return w.add(v[0], v[1]); });
}

Expr operator-(const Operand& a, const Operand& b) {
  return elementwise("-", {a.expr, b.expr}, joint_type(a.expr, b.expr, "-", false, a.where), a.where,
                     [](Builder& w, const Values& v) { return w.sub(v[0], v[1]); });
}

Expr operator-(const Operand& a) {
  return elementwise("-", {a.expr}, type_of(a.expr, a.where).with(Domain::real), a.where,
                     [](Builder& w, const Values& v) { return w.neg(v[0]); });
}

Expr operator/(const Operand& a, const Operand& b) {
  return elementwise("/", {a.expr, b.expr}, joint_type(a.expr, b.expr, "/", true, a.where), a.where,
                     [](Builder& w, const Values& v) { return w.div(v[0], v[1]); });
}

Expr cwise(Expr a, Expr b, Where where) { return product(a, b, "cwise", where); }

Expr dot(Expr a, Expr b, Where where) {
  need_entries(a, where);
  const Type x = type_of(a, where), y = type_of(b, where);
  if (x.planes != y.planes || x.rows != y.rows)
    throw ModelError(cat("dot('", a.node().text, "', '", b.node().text, "') of shapes ", to_string(x),
                         " and ", to_string(y)),
                     where, "the inner product needs equal shapes");
  const Expr each = product(a, b, "dot", where);
  const Type t = each.type();
  auto n = operation("dot", {a, b}, {1, 1, t.lanes, t.domain}, where, [](Builder& w, const Values& v) {
    const Value products = w.mul(v[0], v[1]);
    return w.sum_to(products, {1, 1, w.type(products).lanes});
  });
  n->scalar = true;
  return Expr(std::move(n));
}

Expr operator*(const Operand& left, const Operand& right) {
  const Expr &a = left.expr, &b = right.expr;
  const Where& where = left.where;
  const Type m = type_of(a, where), x = type_of(b, where);
  // A matrix of one column makes a vector of an array of one entry, as it does of longer ones; a scalar scales it.
  const bool column = m.planes > 1 && m.rows == 1 && !m.lanes && is_scalar(x) && x.lanes && !b.node().scalar;
  if ((is_scalar(m) || is_scalar(x)) && !column) return product(a, b, "cwise", where);
  const std::string both = cat("'", a.node().text, "' of shape ", to_string(m), " cannot multiply '",
                               b.node().text, "' of shape ", to_string(x));
  if (is_vector(m) && is_vector(x))
    throw ModelError(
        cat(both, ": both are vectors"), where,
        "use cwise(a, b) for the products of their entries, one number each, or dot(a, b) for the "
        "sum of these, one number");
  need_entries(a, where);
  const bool rows = x.planes == 1 && m.rows == x.rows, planes = x.planes > 1 && m.rows == x.planes;
  if (m.lanes ? !rows || m.planes == 1 : !rows && !planes)
    throw ModelError(
        both, where,
        "'*' is the matrix product: the left side is a matrix of parameters (or, for vectors, of data) whose "
        "columns are the entries (or features) of the right; use cwise(a, b) for the elementwise product");
  const Domain d = m.domain != Domain::real && x.domain != Domain::real ? Domain::nonneg : Domain::real;
  const Type t = rows ? Type{1, m.planes, x.lanes, d} : Type{m.planes, x.rows, x.lanes, d};
  if (m.lanes)  // every sample has a matrix of its own
    return Expr(operation("*", {a, b}, {1, m.planes, true, d}, where, [](Builder& w, const Values& v) {
      const Value products = w.mul(v[0], v[1]);
      const Type p = w.type(products);
      return ir::reshape(w, w.sum_to(products, {p.planes, 1, p.lanes}), 1, p.planes);
    }));
  const ir::Axis axis = rows ? ir::Axis::rows : ir::Axis::planes;
  auto n = operation("*", {a, b}, t, where,
                     [axis](Builder& w, const Values& v) { return w.matmul(v[0], v[1], false, axis); });
  if (planes) n->dims = b.node().dims;
  return Expr(std::move(n));
}

Expr exp(Expr a, Where where) {
  return elementwise("exp", {a}, type_of(a, where).with(Domain::nonneg), where,
                     [](Builder& w, const Values& v) { return w.exp(v[0]); });
}

Expr log(Expr a, Where where) {
  return elementwise("log", {a}, type_of(a, where).with(Domain::real), where,
                     [](Builder& w, const Values& v) { return w.log(v[0]); });
}

Expr ratio_mask(Expr a, Expr b, Where where) {
  const Type t = joint_type(a, b, "ratio_mask", true, where);
  if (t.domain != Domain::nonneg)
    throw ModelError(
        cat("ratio_mask('", a.node().text, "', '", b.node().text, "') needs non-negative operands"), where,
        "declare them with nonneg");
  return elementwise("ratio_mask", {a, b}, t, where, [](Builder& w, const Values& v) {
    const Value tiny = w.constant(floors::silence);  // both sources silent: an even share instead of 0/0
    return w.ratio_mask(w.add(v[0], tiny), w.add(v[1], tiny));
  });
}

}  // namespace unfurl
