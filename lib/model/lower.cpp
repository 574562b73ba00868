// Formulas as values of a program.
#include <algorithm>

#include "model/expr.hpp"

namespace unfurl {

ir::Value lower(ir::Builder& b, const Expr& e, const std::function<ir::Value(const Expr::Node&)>& leaf) {
  const Expr::Node& n = e.node();
  if (n.kind == Expr::Node::Kind::number) return b.constant(n.number);
  if (n.kind != Expr::Node::Kind::operation) return leaf(n);
  std::vector<ir::Value> args;
  for (const Expr& a : n.args) args.push_back(lower(b, a, leaf));
  return n.lower(b, args);
}

bool depends_on_latent(const Expr& e) {
  const Expr::Node& n = e.node();
  return n.kind == Expr::Node::Kind::latent || (n.kind == Expr::Node::Kind::operation &&
                                                std::any_of(n.args.begin(), n.args.end(), depends_on_latent));
}

}  // namespace unfurl
