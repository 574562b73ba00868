// Reverse accumulation as a pass: it writes the backward program with the operations' own rules.
#include <algorithm>

#include "passes/combine.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

namespace {

using detail::cat;

/// Which values before `end` depend on any of `wrt`; some of those may come later.
std::vector<char> dependents(const Graph& g, const std::vector<Value>& wrt, int end) {
  std::vector<char> depends(static_cast<std::size_t>(end), 0);
  for (Value v : wrt)
    if (v.id < end) depends[static_cast<std::size_t>(v.id)] = 1;
  for (int i = 0; i < end; ++i)
    for (Value a : g[Value{i}].args)
      if (depends[static_cast<std::size_t>(a.id)]) depends[static_cast<std::size_t>(i)] = 1;
  return depends;
}

/// A contribution in the shape of the operand it belongs to.
Value fit(Builder& b, Value contribution, Value operand) {
  if (!contribution) return contribution;
  const Type to = b.type(operand), from = b.type(contribution);
  if (from.same_shape(to)) return contribution;
  const bool larger = from.planes >= to.planes && from.rows >= to.rows && from.lanes >= to.lanes;
  return larger ? b.sum_to(contribution, to) : b.broadcast(contribution, to.with(from.domain));
}

/// The operation's rule for one operand after the other. That of a concatenation would look for its rows anew each time.
class Rule {
 public:
  Rule(Builder& b, Value out, const Node& node)
      : b_(b), out_(out), node_(node), joins_rows_(node.op->parts == Parts::operands_of_result) {}
  Value operator()(int arg, Value gradient) const {
    if (!joins_rows_) return node_.op->vjp(b_, out_, arg, gradient);
    return b_.slice_rows(gradient, begin_, b_.type(node_.args[static_cast<std::size_t>(arg)]).rows);
  }
  /// After every operand.
  void next(Value operand) { begin_ += joins_rows_ ? b_.type(operand).rows : 0; }

 private:
  Builder& b_;
  Value out_;
  const Node& node_;
  bool joins_rows_;
  int begin_ = 0;
};

/// Walks the program backwards; Rule(out, argument position) appends contributions.
template <class Visit>
void walk_back(Builder& b, const std::vector<char>& depends, Visit visit) {
  const int layer = b.layer;
  const std::string origin = b.origin;
  for (int i = static_cast<int>(depends.size()) - 1; i >= 0; --i) {
    if (!depends[static_cast<std::size_t>(i)]) continue;
    const Node node = b.graph()[Value{i}];  // a copy: the program grows below
    b.layer = node.layer;
    b.origin = node.origin;
    visit(Value{i}, node);
  }
  b.layer = layer;
  b.origin = origin;
}

std::vector<Type> operand_types(const Graph& g, const Node& node) {
  std::vector<Type> types;
  for (Value a : node.args) types.push_back(g.type(a));
  return types;
}

/// What the gradient with respect to a value is: all of it, or what does not come through another one of `wrt`, so that the
/// others are held where one of them is computed from another.
enum class Slope { total, partial };

std::vector<Value> reverse(Builder& b, const std::vector<Seed>& seeds, const std::vector<Value>& wrt,
                           Slope slope);

/// Those that depend on what the gradient is for.
std::vector<Value> distinct_operands(const Node& node, const std::vector<char>& depends) {
  std::vector<Value> operands;
  for (const Value a : node.args)
    if (depends[static_cast<std::size_t>(a.id)] &&
        std::find(operands.begin(), operands.end(), a) == operands.end())
      operands.push_back(a);
  return operands;
}

/// Of an operation without a rule of its own: the contributions to its operands by the rules of what it expands to, if
/// it does.
void through_expansion(Builder& b, const Node& node, Value g, const std::vector<char>& depends,
                       std::vector<std::vector<Value>>& parts) {
  if (!node.op->expand) return;
  const std::vector<Value> wrt = distinct_operands(node, depends);
  const Value expanded = node.op->expand(b, node.args, node.attributes);
  const std::vector<Value> found = reverse(b, {{expanded, g}}, wrt, Slope::total);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (found[i]) collect(b, parts[static_cast<std::size_t>(wrt[i].id)], fit(b, found[i], wrt[i]));
}

std::vector<Value> reverse(Builder& b, const std::vector<Seed>& seeds, const std::vector<Value>& wrt,
                           Slope slope) {
  int last = -1;
  for (const Seed& s : seeds) last = std::max(last, s.value.id);
  const std::vector<char> depends = dependents(b.graph(), wrt, last + 1);
  std::vector<std::vector<Value>> parts(depends.size());
  std::vector<Value> total(parts.size());
  for (const Seed& s : seeds) parts[static_cast<std::size_t>(s.value.id)].push_back(s.gradient);
  walk_back(b, depends, [&](Value out, const Node& node) {
    auto& mine = parts[static_cast<std::size_t>(out.id)];
    if (mine.empty()) return;
    const Value g = combine(b, mine);
    total[static_cast<std::size_t>(out.id)] = g;
    if (slope == Slope::partial && std::find(wrt.begin(), wrt.end(), out) != wrt.end()) return;
    if (!node.op->vjp) {
      through_expansion(b, node, g, depends, parts);
      return;
    }
    Rule rule(b, out, node);
    for (std::size_t i = 0; i < node.args.size(); rule.next(node.args[i++])) {
      if (!depends[static_cast<std::size_t>(node.args[i].id)]) continue;
      if (const Value c = fit(b, rule(static_cast<int>(i), g), node.args[i]))
        collect(b, parts[static_cast<std::size_t>(node.args[i].id)], c);
    }
  });
  std::vector<Value> result;
  for (Value v : wrt) result.push_back(v.id <= last ? total[static_cast<std::size_t>(v.id)] : Value{});
  return result;
}

}  // namespace

std::vector<Value> gradient(Builder& b, const std::vector<Seed>& seeds, const std::vector<Value>& wrt) {
  return reverse(b, seeds, wrt, Slope::total);
}

std::vector<Value> gradient(Builder& b, Value loss, Value seed, const std::vector<Value>& wrt) {
  return gradient(b, {{loss, seed}}, wrt);
}

std::vector<Value> implicit_gradient(Builder& b, Value loss, const FixedPoint& state, int iterations,
                                     const std::vector<Value>& wrt) {
  const std::vector<Value> slope = reverse(b, {{loss, b.constant(1)}}, state.to, Slope::partial);
  std::vector<Value> more(state.to.size());  // the adjoint less the slope
  // Two names of one value have the gradient of both.
  const auto add = [&](std::vector<Seed> seeds, const std::vector<Value>& gradients,
                       const std::vector<Value>& names) {
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (gradients[i] &&
          std::find(names.begin(), names.end(), names[i]) - names.begin() == static_cast<std::ptrdiff_t>(i))
        seeds.push_back({state.to[i], gradients[i]});
    return seeds;
  };
  for (int n = 0; n < iterations; ++n)
    more = gradient(b, add(add({}, slope, state.to), more, state.from), state.from);
  return gradient(b, add({{loss, b.constant(1)}}, more, state.from), wrt);
}

namespace {

/// Split rule of an elementwise operation whose slope may have either sign.
Split split_elementwise(Builder& b, const Node& node, Value out, int arg, Split g) {
  if (!node.op->elementwise)
    throw InternalError(cat("operation '", node.op->name, "' has no rule for split gradients"), node.origin);
  const Value slope = node.op->vjp(b, out, arg, b.constant(1));
  if (!slope) return {};
  const Value up = b.relu(slope), down = b.relu(b.neg(slope));
  Split s;
  const auto put = [&](Value& half, Value grad, Value factor) {
    if (!grad) return;
    const Value term = b.mul(grad, factor);
    half = half ? b.add(half, term) : term;
  };
  put(s.plus, g.plus, up), put(s.plus, g.minus, down);
  put(s.minus, g.plus, down), put(s.minus, g.minus, up);
  return s;
}

Split split_rule(Builder& b, const Node& node, Value out, int arg, Split g, const Rule& rule) {
  const auto through = [&](Value half) { return half ? rule(arg, half) : Value{}; };
  const auto flipped = [&](Value half) {
    const Value v = through(half);
    return v ? b.neg(v) : v;
  };
  switch (node.op->sign ? node.op->sign(operand_types(b.graph(), node), node.attributes, arg) : Sign::mixed) {
    case Sign::none:
      return {};
    case Sign::plus:
      return {through(g.plus), through(g.minus)};
    case Sign::minus:
      return {flipped(g.minus), flipped(g.plus)};
    case Sign::mixed:
      break;
  }
  return node.op->split ? node.op->split(b, out, arg, g) : split_elementwise(b, node, out, arg, g);
}

std::vector<Split> reverse_split(Builder& b, Value loss, Split seed, const std::vector<Value>& wrt,
                                 Cancel cancel) {
  const std::vector<char> depends = dependents(b.graph(), wrt, loss.id + 1);
  const std::size_t n = static_cast<std::size_t>(loss.id) + 1;
  std::vector<std::vector<Value>> plus(n), minus(n);
  std::vector<Split> total(n);
  const auto add = [&](Value to, Split c) {
    const auto id = static_cast<std::size_t>(to.id);
    if (c.plus) collect(b, plus[id], fit(b, c.plus, to));
    if (c.minus) collect(b, minus[id], fit(b, c.minus, to));
  };
  add(loss, seed);
  walk_back(b, depends, [&](Value out, const Node& node) {
    const auto id = static_cast<std::size_t>(out.id);
    Split g;
    if (!plus[id].empty()) g.plus = combine(b, plus[id]);
    if (!minus[id].empty()) g.minus = combine(b, minus[id]);
    if (!g.plus && !g.minus) return;
    if (cancel == Cancel::per_layer && node.state && g.plus && g.minus)
      g = {b.relu(b.sub(g.plus, g.minus)), b.relu(b.sub(g.minus, g.plus))};
    total[id] = g;
    if (!node.op->vjp) {
      if (!node.op->expand) return;
      const std::vector<Value> operands = distinct_operands(node, depends);
      const Value expanded = node.op->expand(b, node.args, node.attributes);
      const std::vector<Split> found = reverse_split(b, expanded, g, operands, Cancel::never);
      for (std::size_t i = 0; i < operands.size(); ++i) add(operands[i], found[i]);
      return;
    }
    Rule rule(b, out, node);
    for (std::size_t i = 0; i < node.args.size(); rule.next(node.args[i++]))
      if (depends[static_cast<std::size_t>(node.args[i].id)])
        add(node.args[i], split_rule(b, node, out, static_cast<int>(i), g, rule));
  });
  std::vector<Split> result;
  for (Value v : wrt) result.push_back(v.id <= loss.id ? total[static_cast<std::size_t>(v.id)] : Split{});
  return result;
}

}  // namespace

std::vector<Split> split_gradient(Builder& b, Value loss, Value seed, const std::vector<Value>& wrt,
                                  Cancel cancel) {
  return reverse_split(b, loss, {seed, {}}, wrt, cancel);
}

}  // namespace unfurl::ir
