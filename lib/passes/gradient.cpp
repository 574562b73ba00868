// Reverse accumulation as a pass: it writes the backward program with the operations' own rules.
#include <algorithm>
#include <map>

#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

namespace {

using detail::cat;

/// Reads values per sample and has none itself.
bool sums_samples(const Graph& g, Value v) {
  if (g[v].op == &ops::neg) return sums_samples(g, g[v].args[0]);
  if (g.type(v).lanes) return false;
  return std::any_of(g[v].args.begin(), g[v].args.end(), [&](Value a) { return g.type(a).lanes; });
}

/// Padded slices, in order, as arrays that lie next to each other: each array costs its rows once, however many slices it
/// is made of, and there are as many arrays as slices that overlap in one place.
void join_slices(Builder& b, std::vector<Value> slices, std::vector<Value>& to) {
  const Graph& g = b.graph();
  const auto begin = [&](Value v) { return g[v].attributes.as<Rows>().begin; };
  std::stable_sort(slices.begin(), slices.end(), [&](Value x, Value y) { return begin(x) < begin(y); });
  std::vector<std::vector<Value>> arrays;
  std::multimap<int, std::size_t> ends;  // row after the last one of every array
  for (Value v : slices) {
    auto fits = ends.upper_bound(begin(v));
    std::size_t array = arrays.size();
    if (fits == ends.begin()) {
      arrays.emplace_back();
    } else {
      array = (--fits)->second;
      ends.erase(fits);
    }
    arrays[array].push_back(v);
    ends.emplace(begin(v) + g.type(g[v].args[0]).rows, array);
  }
  for (const std::vector<Value>& array : arrays) {
    if (array.size() == 1) {
      to.push_back(array[0]);
      continue;
    }
    Type whole = g.type(array[0]);
    for (Value v : array) whole.lanes = whole.lanes || g.type(v).lanes;
    std::vector<Value> pieces;
    int end = 0;
    const auto put = [&](Value v, Domain domain) {
      pieces.push_back(b.broadcast(v, {whole.planes, g.type(v).rows, whole.lanes, domain}));
      end += g.type(v).rows;
    };
    const auto fill_to = [&](int row) {
      if (row > end) put(b.zeros({whole.planes, row - end, false}), Domain::nonneg);
    };
    for (Value v : array) {
      fill_to(begin(v));
      put(g[v].args[0], g.type(v).domain);
    }
    fill_to(whole.rows);
    to.push_back(b.concat_rows(std::move(pieces)));
  }
}

/// Sum of contributions to one value.
Value combine(Builder& b, const std::vector<Value>& parts) {
  const Graph& g = b.graph();
  std::vector<Value> slices, rest;
  for (Value v : parts) (g[v].op == &ops::pad_rows ? slices : rest).push_back(v);
  join_slices(b, std::move(slices), rest);
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

/// Of an operation without a rule of its own: the contributions to its operands by the rules of what it expands to, if
/// it does.
void through_expansion(Builder& b, const Node& node, Value g, const std::vector<char>& depends,
                       std::vector<std::vector<Value>>& parts) {
  if (!node.op->expand) return;
  std::vector<Value> wrt;
  for (const Value a : node.args)
    if (depends[static_cast<std::size_t>(a.id)] && std::find(wrt.begin(), wrt.end(), a) == wrt.end())
      wrt.push_back(a);
  const Value expanded = node.op->expand(b, node.args, node.attributes);
  const std::vector<Value> found = reverse(b, {{expanded, g}}, wrt, Slope::total);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (found[i]) parts[static_cast<std::size_t>(wrt[i].id)].push_back(fit(b, found[i], wrt[i]));
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
        parts[static_cast<std::size_t>(node.args[i].id)].push_back(c);
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

}  // namespace

std::vector<Split> split_gradient(Builder& b, Value loss, Value seed, const std::vector<Value>& wrt,
                                  Cancel cancel) {
  const std::vector<char> depends = dependents(b.graph(), wrt, loss.id + 1);
  const std::size_t n = static_cast<std::size_t>(loss.id) + 1;
  std::vector<std::vector<Value>> plus(n), minus(n);
  std::vector<Split> total(n);
  plus[static_cast<std::size_t>(loss.id)] = {seed};
  walk_back(b, depends, [&](Value out, const Node& node) {
    const auto id = static_cast<std::size_t>(out.id);
    Split g;
    if (!plus[id].empty()) g.plus = combine(b, plus[id]);
    if (!minus[id].empty()) g.minus = combine(b, minus[id]);
    if (!g.plus && !g.minus) return;
    if (cancel == Cancel::per_layer && node.state && g.plus && g.minus)
      g = {b.relu(b.sub(g.plus, g.minus)), b.relu(b.sub(g.minus, g.plus))};
    total[id] = g;
    if (!node.op->vjp) return;
    Rule rule(b, out, node);
    for (std::size_t i = 0; i < node.args.size(); rule.next(node.args[i++])) {
      const auto arg = static_cast<std::size_t>(node.args[i].id);
      if (!depends[arg]) continue;
      const Split c = split_rule(b, node, out, static_cast<int>(i), g, rule);
      if (c.plus) plus[arg].push_back(fit(b, c.plus, node.args[i]));
      if (c.minus) minus[arg].push_back(fit(b, c.minus, node.args[i]));
    }
  });
  std::vector<Split> result;
  for (Value v : wrt) result.push_back(v.id <= loss.id ? total[static_cast<std::size_t>(v.id)] : Split{});
  return result;
}

}  // namespace unfurl::ir
