#include "draw/formula.hpp"

namespace unfurl {

using detail::cat;
using Kind = Expr::Node::Kind;

namespace {

/// 1 for sums, 2 for products, 3 for what needs no parentheses.
int strength(const Expr::Node& n) {
  if (n.kind != Kind::operation) return n.kind == Kind::number && n.number < 0 ? 1 : 3;
  if (n.text == "+" || n.text == "-") return 1;
  return n.text == "*" || n.text == "/" || n.text == "cwise" ? 2 : 3;
}

bool is_scalar(const Expr& e) { return e.type().size() == 1; }

std::string inside(const Expr& e, int at_least) {
  return strength(e.node()) < at_least ? cat("(", to_text(e), ")") : to_text(e);
}

void collect(const Expr& e, bool row_by_row, std::vector<Mention>& found) {
  const Expr::Node& n = e.node();
  if (n.kind == Kind::number) return;
  if (n.kind != Kind::operation) {
    found.push_back({&n, row_by_row});
    return;
  }
  // A matrix product mixes rows, unless it contracts the features of every row.
  const bool product = n.text == "*", whole_matrix = n.text == "unit_columns" || n.text == "symmetric" ||
                                                     n.text == "dot" || n.text == "mean";
  const bool keeps_rows = product && n.args[1].type().planes > 1;
  for (std::size_t i = 0; i < n.args.size(); ++i)
    collect(n.args[i], row_by_row && !whole_matrix && (!product || (keeps_rows && i == 1)), found);
}

}  // namespace

std::string to_text(const Expr& e) {
  const Expr::Node& n = e.node();
  if (n.kind != Kind::operation) return n.text;
  if (n.args.size() == 1 && n.text == "-") return cat("-", inside(n.args[0], 2));
  if (n.args.size() == 2 && strength(n) < 3) {
    const int mine = strength(n);
    const bool product = n.text == "cwise" && (is_scalar(n.args[0]) || is_scalar(n.args[1]));
    const std::string sign = product ? "*" : n.text == "cwise" ? "\u2218" : n.text;
    return cat(inside(n.args[0], mine), " ", sign, " ", inside(n.args[1], mine + (sign == "+" ? 0 : 1)));
  }
  std::string arguments;
  for (const Expr& a : n.args) arguments += cat(arguments.empty() ? "" : ", ", to_text(a));
  return cat(n.text, "(", arguments, ")");
}

std::vector<Mention> mentions(const Expr& e) {
  std::vector<Mention> found;
  collect(e, true, found);
  return found;
}

}  // namespace unfurl
