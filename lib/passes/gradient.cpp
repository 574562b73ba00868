// Reverse accumulation as a pass: it writes the backward program with the operations' own rules.
#include <algorithm>

#include "passes/passes.hpp"

namespace unfurl::ir {

namespace {

using detail::cat;

/// Reads values per sample and has none itself.
bool sums_samples(const Graph& g, Value v) {
  if (g[v].op->name == "neg") return sums_samples(g, g[v].args[0]);
  if (g.type(v).lanes) return false;
  return std::any_of(g[v].args.begin(), g[v].args.end(), [&](Value a) { return g.type(a).lanes; });
}

/// Sum of contributions to one value. Disjoint padded slices that cover it are joined instead of added.
Value combine(Builder& b, std::vector<Value> parts) {
  const Graph& g = b.graph();
  std::vector<Value> slices, rest;
  for (Value v : parts) (g[v].op->name == "pad_rows" ? slices : rest).push_back(v);
  const auto begin = [&](Value v) { return g[v].attributes.begin; };
  std::stable_sort(slices.begin(), slices.end(), [&](Value x, Value y) { return begin(x) < begin(y); });
  std::vector<Value> pieces;
  int covered = 0;
  for (Value v : slices) {
    if (begin(v) != covered) break;
    pieces.push_back(g[v].args[0]);
    covered += g.type(g[v].args[0]).rows;
  }
  if (!slices.empty() && pieces.size() == slices.size() && covered == g.type(slices[0]).rows) {
    Type widest = g.type(slices[0]);
    for (Value v : slices) widest.lanes = widest.lanes || g.type(v).lanes;
    for (Value& v : pieces)
      v = b.broadcast(v, {widest.planes, g.type(v).rows, widest.lanes, g.type(v).domain});
    rest.push_back(b.concat_rows(pieces));
  } else {
    rest.insert(rest.end(), slices.begin(), slices.end());
  }
  // Sums over samples first: the plan keeps one accumulator for as many neighbours of these as there are.
  std::stable_partition(rest.begin(), rest.end(), [&](Value v) { return sums_samples(g, v); });
  Value sum = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) sum = b.add(sum, rest[i]);
  return sum;
}

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

/// Walks the program backwards; Rule(out, argument position) appends contributions.
template <class Visit>
void walk_back(Builder& b, Value loss, const std::vector<char>& depends, Visit visit) {
  const int layer = b.layer;
  const std::string origin = b.origin;
  for (int i = loss.id; i >= 0; --i) {
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

}  // namespace

std::vector<Value> gradient(Builder& b, Value loss, Value seed, const std::vector<Value>& wrt) {
  const std::vector<char> depends = dependents(b.graph(), wrt, loss.id + 1);
  std::vector<std::vector<Value>> parts(static_cast<std::size_t>(loss.id) + 1);
  std::vector<Value> total(parts.size());
  parts[static_cast<std::size_t>(loss.id)] = {seed};
  walk_back(b, loss, depends, [&](Value out, const Node& node) {
    auto& mine = parts[static_cast<std::size_t>(out.id)];
    if (mine.empty()) return;
    const Value g = combine(b, mine);
    total[static_cast<std::size_t>(out.id)] = g;
    if (!node.op->vjp) return;
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      if (!depends[static_cast<std::size_t>(node.args[i].id)]) continue;
      if (const Value c = fit(b, node.op->vjp(b, out, static_cast<int>(i), g), node.args[i]))
        parts[static_cast<std::size_t>(node.args[i].id)].push_back(c);
    }
  });
  std::vector<Value> result;
  for (Value v : wrt) result.push_back(v.id <= loss.id ? total[static_cast<std::size_t>(v.id)] : Value{});
  return result;
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

Split split_rule(Builder& b, const Node& node, Value out, int arg, Split g) {
  const auto through = [&](Value half) { return half ? node.op->vjp(b, out, arg, half) : Value{}; };
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

}  // namespace

std::vector<Split> split_gradient(Builder& b, Value loss, Value seed, const std::vector<Value>& wrt,
                                  Cancel cancel) {
  const std::vector<char> depends = dependents(b.graph(), wrt, loss.id + 1);
  const std::size_t n = static_cast<std::size_t>(loss.id) + 1;
  std::vector<std::vector<Value>> plus(n), minus(n);
  std::vector<Split> total(n);
  plus[static_cast<std::size_t>(loss.id)] = {seed};
  walk_back(b, loss, depends, [&](Value out, const Node& node) {
    const auto id = static_cast<std::size_t>(out.id);
    Split g;
    if (!plus[id].empty()) g.plus = combine(b, plus[id]);
    if (!minus[id].empty()) g.minus = combine(b, minus[id]);
    if (!g.plus && !g.minus) return;
    if (cancel == Cancel::per_layer && node.state && g.plus && g.minus)
      g = {b.relu(b.sub(g.plus, g.minus)), b.relu(b.sub(g.minus, g.plus))};
    total[id] = g;
    if (!node.op->vjp) return;
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      const auto arg = static_cast<std::size_t>(node.args[i].id);
      if (!depends[arg]) continue;
      const Split c = split_rule(b, node, out, static_cast<int>(i), g);
      if (c.plus) plus[arg].push_back(fit(b, c.plus, node.args[i]));
      if (c.minus) minus[arg].push_back(fit(b, c.minus, node.args[i]));
    }
  });
  std::vector<Split> result;
  for (Value v : wrt) result.push_back(v.id <= loss.id ? total[static_cast<std::size_t>(v.id)] : Split{});
  return result;
}

}  // namespace unfurl::ir
