#include "factors/discrete/slots.hpp"

#include <bit>
#include <limits>

#include "core/guards.hpp"
#include "model/states.hpp"

namespace unfurl::factors {

using detail::cat;
using ir::Builder;
using ir::Value;

void check_binary_slots(const Model::FactorDeclaration& f) {
  if (f.edges.arity() < 1)
    throw ModelError(cat("factor '", f.name, "' of type ", f.spec.type->name(), " joins no variables"),
                     f.where, "give it an edge set, like tuples(x, scopes)");
  check_scope(f, f.edges.arity(), 2);
}

namespace {

/// One below the other; if any differs between samples, all do.
Value stack_rows(Builder& b, std::vector<Value> parts) {
  bool lanes = false;
  for (Value v : parts) lanes = lanes || b.type(v).lanes;
  for (Value& v : parts) {
    ir::Type t = b.type(v);
    t.lanes = lanes;
    v = b.broadcast(v, t);
  }
  return b.concat_rows(std::move(parts));
}

Value with_rows(Builder& b, Value v, int rows) {
  ir::Type t = b.type(v);
  t.rows = rows;
  return b.broadcast(v, t);
}

/// The sets of one level of the tree: every set of a level joins two neighbours in the order "first half, second half";
/// where their number is odd, the last one goes on alone.
struct Level {
  Value sets;  ///< [planes, count x factors]
  int count = 0;
};

/// Halves of a level, and the odd one.
struct Halves {
  Halves(Builder& b, const Level& level, int factors) : half(level.count / 2), odd(level.count % 2 == 1) {
    first = b.slice_rows(level.sets, 0, half * factors);
    second = b.slice_rows(level.sets, half * factors, half * factors);
    if (odd) alone = b.slice_rows(level.sets, 2 * half * factors, factors);
  }
  int half;
  bool odd;
  Value first, second, alone;
};

/// From single slots up to the level with `top` sets.
std::vector<Level> build(Builder& b, const SlotSets& sets, Value slots, int factors, int top) {
  std::vector<Level> levels{{slots, b.type(slots).rows / factors}};
  while (levels.back().count > top) {
    const Halves h(b, levels.back(), factors);
    Value joined = sets.join(b, h.first, h.second);
    if (h.odd) joined = stack_rows(b, {joined, sets.widen(b, h.alone, b.type(joined).planes)});
    levels.push_back({joined, h.half + (h.odd ? 1 : 0)});
  }
  return levels;
}

}  // namespace

Value join_slots(Builder& b, const std::vector<Value>& incoming, int factors) {
  std::vector<Value> parts;
  for (Value v : incoming) parts.push_back(with_rows(b, v, factors));
  return stack_rows(b, std::move(parts));
}

std::vector<Value> part_slots(Builder& b, Value rows, int slots) {
  const int factors = b.type(rows).rows / slots;
  std::vector<Value> parts;
  for (int k = 0; k < slots; ++k) parts.push_back(b.slice_rows(rows, k * factors, factors));
  return parts;
}

Value join_all(Builder& b, const SlotSets& sets, Value slots, int factors) {
  return build(b, sets, slots, factors, 1).back().sets;
}

Value exclude_each(Builder& b, const SlotSets& sets, Value slots, Value outside, int factors) {
  const std::vector<Level> levels = build(b, sets, slots, factors, 2);
  Value said = outside ? with_rows(b, outside, factors) : outside;  // to the sets of the level above
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    const Halves h(b, *level, factors);
    const Value both = said ? b.slice_rows(said, 0, h.half * factors) : said;
    std::vector<Value> parts{said ? sets.exclude(b, both, h.second) : h.second,
                             said ? sets.exclude(b, both, h.first) : h.first};
    if (h.odd)
      parts.push_back(
          sets.narrow(b, b.slice_rows(said, h.half * factors, factors), b.type(level->sets).planes));
    said = stack_rows(b, std::move(parts));
  }
  return said;
}

namespace {

/// Sets of slots as distributions (or best values) of the number of ones: planes are the counts. Counts that have no entry
/// in the potential are left out. `reduce` puts the pairs of counts with one sum together.
class Counts final : public SlotSets {
 public:
  enum class Kind { log_sum, log_max, probability };
  Counts(Kind kind, int counts) : kind_(kind), most_(counts) {}

  Value join(Builder& b, Value first, Value second) const override {
    const int p = b.type(first).planes, q = b.type(second).planes, n = std::min(p + q - 1, most_);
    std::vector<int> i, j, sum;
    for (int x = 0; x < p; ++x)
      for (int y = 0; y < q && x + y < n; ++y) i.push_back(x), j.push_back(y), sum.push_back(x + y);
    return reduce(b, product(b, pick(b, first, i), pick(b, second, j)), std::move(sum), n);
  }
  Value exclude(Builder& b, Value outside, Value second) const override {
    const int n = b.type(outside).planes, q = b.type(second).planes, p = std::min(q, n);
    std::vector<int> i, j, own;
    for (int x = 0; x < p; ++x)
      for (int y = 0; y < q && x + y < n; ++y) i.push_back(x + y), j.push_back(y), own.push_back(x);
    return reduce(b, product(b, pick(b, outside, i), pick(b, second, j)), std::move(own), p);
  }
  Value widen(Builder& b, Value set, int planes) const override {
    std::vector<int> same;
    for (int x = 0; x < b.type(set).planes; ++x) same.push_back(x);
    return b.type(set).planes == planes ? set : reduce(b, set, std::move(same), planes);
  }
  Value narrow(Builder& b, Value outside, int planes) const override {
    std::vector<int> kept;
    for (int x = 0; x < planes; ++x) kept.push_back(x);
    return b.type(outside).planes == planes ? outside : pick(b, outside, std::move(kept));
  }
  /// Over all counts.
  Value total(Builder& b, Value v) const {
    return reduce(b, v, std::vector<int>(static_cast<std::size_t>(b.type(v).planes), 0), 1);
  }

 private:
  static Value pick(Builder& b, Value v, std::vector<int> planes) {
    const int n = b.type(v).planes;
    return b.gather_planes(v, ir::make_index(std::move(planes), n));
  }
  Value product(Builder& b, Value x, Value y) const {
    return kind_ == Kind::probability ? b.mul(x, y) : b.add(x, y);
  }
  Value reduce(Builder& b, Value v, std::vector<int> target, int planes) const {
    const ir::Index index = ir::make_index(std::move(target), planes);
    if (kind_ == Kind::probability) return b.segment_sum_planes(v, index);
    return kind_ == Kind::log_max ? b.segment_max_planes(v, index) : b.segment_log_sum_exp_planes(v, index);
  }
  Kind kind_;
  int most_;
};

Counts counts_of(Builder& b, const FactorGroup& g, Value log_potential) {
  return {g.semiring == Semiring::max ? Counts::Kind::log_max : Counts::Kind::log_sum,
          b.type(log_potential).planes};
}

}  // namespace

std::vector<Value> count_messages(Builder& b, const FactorGroup& g, Value log_potential,
                                  const std::vector<Value>& incoming) {
  if (g.declaration->edges.arity() == 1) return {log_ratio(b, log_potential)};  // a field
  const Value slots = both_states(b, join_slots(b, incoming, g.count));
  const Value said = exclude_each(b, counts_of(b, g, log_potential), slots, log_potential, g.count);
  return part_slots(b, log_ratio(b, said), static_cast<int>(incoming.size()));
}

Value count_log_partition(Builder& b, const FactorGroup& g, Value log_potential,
                          const std::vector<Value>& incoming) {
  const Counts counts = counts_of(b, g, log_potential);
  const Value all = join_all(b, counts, both_states(b, join_slots(b, incoming, g.count)), g.count);
  return counts.total(b, b.add(log_potential, all));
}

std::vector<Expected> count_expectations(Builder& b, const FactorGroup& g, Value log_potential,
                                         const std::vector<Value>& beliefs) {
  const Value slots = join_slots(b, beliefs, g.count);
  const Counts counts(Counts::Kind::probability, b.type(log_potential).planes);
  const int n = static_cast<int>(beliefs.size());
  const auto expected = [&](Value of_count) { return exclude_each(b, counts, slots, of_count, g.count); };
  std::vector<Expected> result;
  for (const Value v : part_slots(b, log_ratio(b, expected(b.zero_if_infinite(log_potential))), n))
    result.push_back({v});
  if (!may_be_impossible(b.graph(), log_potential)) return result;
  const auto forbidden = part_slots(b, expected(b.one_minus(possible(b, log_potential))), n);
  for (std::size_t k = 0; k < result.size(); ++k) result[k].impossible = forbidden[k];
  return result;
}

Value count_expectation(Builder& b, const FactorGroup& g, Value log_potential,
                        const std::vector<Value>& beliefs) {
  const Counts counts(Counts::Kind::probability, b.type(log_potential).planes);
  const Value all = join_all(b, counts, join_slots(b, beliefs, g.count), g.count);
  return counts.total(b, b.multiply_no_nan(log_potential, all));
}

Value count_table(Builder& b, const FactorGroup& g, Value log_potential, int modulo) {
  const auto& f = *g.declaration;
  if (f.edges.arity() > guards::most_variables_of_count_table)
    throw ModelError(
        cat("the table of factor '", f.name, "' of type ", f.spec.type->name(), " over ", f.edges.arity(),
            " variables has 2^", f.edges.arity(), " entries, more than ", std::size_t{1} << 27, " bytes"),
        f.where, "use an algorithm of messages, like SumProduct, which needs no table");
  const auto size = std::size_t{1} << f.edges.arity();
  const int planes = b.type(log_potential).planes;
  std::vector<int> count(size);
  for (std::size_t i = 0; i < size; ++i) {
    const int ones = std::popcount(i);
    count[i] = modulo > 0 ? ones % modulo : std::min(ones, planes);
  }
  if (modulo == 0 && planes <= f.edges.arity()) {  // larger counts are impossible
    const Value rest = b.constant({-std::numeric_limits<double>::infinity()}, {1, 1, false});
    std::vector<int> known;
    for (int p = 0; p < planes; ++p) known.push_back(p);
    log_potential = b.add(b.segment_sum_planes(log_potential, ir::make_index(known, planes + 1)),
                          b.segment_sum_planes(rest, ir::make_index({planes}, planes + 1)));
    return b.gather_planes(log_potential, ir::make_index(std::move(count), planes + 1));
  }
  return b.gather_planes(log_potential, ir::make_index(std::move(count), planes));
}

}  // namespace unfurl::factors
