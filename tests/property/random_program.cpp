#include "property/random_program.hpp"

#include "backend/reference/interpreter.hpp"
#include "passes/passes.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::test {

namespace {

using ir::Builder;
using ir::Graph;
using ir::Index;
using ir::Type;
using ir::Value;

class ProgramWriter {
 public:
  ProgramWriter(Graph& graph, unsigned seed) : graph_(graph), b_(graph), random_(seed) {}

  void write(int length) {
    const int rows = 3 + below(6);
    for (int i = 0; i < 3; ++i) {
      const std::string name = std::to_string(i);
      leaves_.push_back(b_.input("x" + name, {1, rows, true}));
      leaves_.push_back(b_.param("p" + name, {i == 0 ? 2 : 1, rows}));
      leaves_.push_back(b_.input("y" + name, {1 + below(3), 1 + below(4), true}));
    }
    values_ = leaves_;
    // The same for all samples, though spread over them.
    values_.push_back(b_.broadcast(leaves_[1], b_.type(leaves_[1]).with(Domain::real)));
    values_.push_back(b_.broadcast(b_.constant(0.4), {1, rows, true}));
    for (int i = 0; i < length; ++i) {
      b_.layer = i / 10;
      const Value v = any_operation();
      if (below(6) == 0) graph_.mark_state(v);
      values_.push_back(v);
    }
    finish();
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  /// Recent values more often, so that programs get deep.
  Value any() {
    const int n = static_cast<int>(values_.size());
    const int from = below(2) == 0 ? 0 : std::max(0, n - 6);
    return values_[static_cast<std::size_t>(from + below(n - from))];
  }
  bool fit(const Type& x, const Type& y) const {
    const auto extents_fit = [](int m, int n) { return m == n || m == 1 || n == 1; };
    return extents_fit(x.planes, y.planes) && extents_fit(x.rows, y.rows);
  }
  /// A value that broadcasts with v.
  Value partner(Value v) {
    for (int tries = 0; tries < 20; ++tries)
      if (const Value other = any(); fit(b_.type(v), b_.type(other))) return other;
    return v;
  }
  Index random_index(int size, int count) {
    std::vector<int> target(static_cast<std::size_t>(size));
    for (int& t : target) t = below(count);
    return ir::make_index(std::move(target), count);
  }
  /// Between -1 and 1, so that values never grow without bound.
  Value bounded(Value v) { return b_.tanh(v); }
  Value positive(Value v) { return b_.add(b_.softplus(bounded(v)), b_.constant(0.1)); }

  Value elementwise(Value a) {
    switch (below(17)) {
      case 0:
        return b_.add(a, partner(a));
      case 1:
        return b_.sub(a, partner(a));
      case 2:
        return b_.mul(bounded(a), bounded(partner(a)));
      case 3:
        return b_.div(a, positive(partner(a)));
      case 4:
        return b_.scale(a, -0.7);
      case 5:
        return b_.neg(a);
      case 6:
        return b_.tanh(a);
      case 7:
        return b_.sigmoid(a);
      case 8:
        return b_.relu(a);
      case 9:
        return b_.softplus(a);
      case 10:
        return b_.log_cosh(a);
      case 11:
        return b_.where(a, b_.greater(partner(a), 0.1));
      case 12:
        return b_.soft_threshold(a, b_.constant(0.3));
      case 13:
        return b_.ratio_mask(positive(a), positive(partner(a)));
      case 14:
        return b_.squared_difference(bounded(a), bounded(partner(a)));
      case 15:
        return b_.ising_message(bounded(a), partner(a));
      default:
        return b_.log(b_.pow(positive(a), 1.3));
    }
  }

  Value movement(Value a) {
    const Type t = b_.type(a);
    switch (below(15)) {
      case 0:
      case 1:
      case 2: {
        const int begin = below(t.rows);
        return b_.slice_rows(a, begin, 1 + below(t.rows - begin));
      }
      case 3:
      case 4:
        return concatenation(a);
      case 5:
        return b_.gather_rows(a, random_index(1 + below(7), t.rows));
      case 6:
        return b_.segment_sum_rows(bounded(a), random_index(t.rows, 1 + below(5)));
      case 7:
        return b_.pad_rows(a, below(2), t.rows + 1 + below(2));
      case 8:
        return b_.gather_planes(a, random_index(1 + below(3), t.planes));
      case 9:
        return b_.log_sum_exp_planes(a);
      case 10:
        return b_.sum_to(bounded(a), {below(2) ? 1 : t.planes, below(2) ? 1 : t.rows, t.lanes});
      case 11:
        return b_.segment_sum_planes(bounded(a), random_index(t.planes, 1 + below(3)));
      case 12: {
        const int entries = 1 + below(8);
        return b_.neighbour_sum(bounded(a), random_index(entries, t.rows),
                                random_index(entries, 1 + below(5)));
      }
      case 13:
        return b_.concat_planes({a, positive(a)});
      default: {
        const Index edges = random_index(1 + below(8), t.rows);
        const Value messages =
            bounded(b_.gather_rows(a, random_index(static_cast<int>(edges->target.size()), t.rows)));
        return b_.exclusive_sum(a, messages, edges);
      }
    }
  }

  /// Of values with the same planes; some parts are parts of other concatenations, some come twice.
  Value concatenation(Value a) {
    std::vector<Value> parts = {a};
    for (int tries = 0; tries < 12 && parts.size() < 4; ++tries) {
      const Value v = any();
      if (b_.type(v).planes == b_.type(a).planes && b_.type(v).lanes == b_.type(a).lanes &&
          b_.type(v).rows <= 12)
        parts.push_back(v);
    }
    return b_.type(a).rows > 12 ? bounded(a) : b_.concat_rows(parts);
  }

  Value matrix_product(Value a) {
    const Type t = b_.type(a);
    const int out = 1 + below(6);
    const bool transpose = below(2) == 0, planes = below(4) == 0;
    const int in = planes ? t.planes : t.rows;
    if (below(4) == 0) {
      leaves_.push_back(b_.param("m" + std::to_string(matrices_++), {t.planes * out, below(2) ? 1 : t.rows}));
      return bounded(b_.table_message(leaves_.back(), a, transpose));
    }
    const Value m = b_.param("m" + std::to_string(matrices_++), {transpose ? in : out, transpose ? out : in});
    leaves_.push_back(m);
    return bounded(b_.matmul(m, a, transpose, planes ? ir::Axis::planes : ir::Axis::rows));
  }

  Value any_operation() {
    const Value a = any();
    const int kind = below(10);
    return kind < 5 ? elementwise(a) : kind < 9 ? movement(a) : matrix_product(a);
  }

  void finish() {
    // Totals over the samples, alone, in trees of sums and differences, and with work on top of them.
    std::vector<Value> sums;
    for (int i = 0; i < 6; ++i) sums.push_back(b_.sum_all(bounded(any())));
    const Value tree = b_.sub(b_.add(sums[0], sums[1]), b_.sub(b_.neg(sums[2]), sums[3]));
    const Value loss = b_.add(tree, b_.mul(sums[4], b_.constant(0.5)));
    const Value wide = bounded(any());
    graph_.outputs = {{"loss", loss}, {"tree", tree}, {"sum", sums[1]}, {"after", b_.tanh(sums[5])}};
    graph_.outputs.emplace_back("outer", b_.outer(wide, b_.sigmoid(wide)));
    for (int i = 0; i < 4; ++i) graph_.outputs.emplace_back("value " + std::to_string(i), any());
    const auto gradients = ir::gradient(b_, loss, b_.constant(1), leaves_);
    for (std::size_t i = 0; i < leaves_.size(); ++i)
      if (gradients[i]) graph_.outputs.emplace_back("gradient " + graph_[leaves_[i]].name(), gradients[i]);
  }

  Graph& graph_;
  Builder b_;
  std::mt19937 random_;
  std::vector<Value> leaves_, values_;
  int matrices_ = 0;
};

bool is_leaf(const ir::Node& node) { return node.is_input() || node.is_parameter(); }

}  // namespace

ir::Graph random_program(unsigned seed, int length) {
  ir::Graph graph;
  ProgramWriter(graph, seed).write(length);
  return graph;
}

Numbers random_numbers(const ir::Graph& program, int batch, unsigned seed) {
  Numbers numbers;
  std::mt19937 random(seed);
  for (int i = 0; i < program.size(); ++i) {
    const ir::Node& node = program[Value{i}];
    if (!is_leaf(node)) continue;
    const std::size_t width = node.type.lanes ? static_cast<std::size_t>(batch) : 1;
    std::mt19937 own(random());
    std::vector<double>& to = numbers[node.name()];
    to.resize(node.type.size() * width);
    for (std::size_t l = 0; l < width; ++l)
      for (std::size_t e = 0; e < node.type.size(); ++e) to[e * width + l] = uniform(own, 1, -1.5, 1.5)[0];
  }
  return numbers;
}

Numbers samples(const ir::Graph& program, const Numbers& numbers, int batch, int first, int count) {
  Numbers part = numbers;
  for (int i = 0; i < program.size(); ++i) {
    const ir::Node& node = program[Value{i}];
    if (!is_leaf(node) || !node.type.lanes) continue;
    const std::vector<double>& from = numbers.at(node.name());
    std::vector<double>& to = part[node.name()];
    to.clear();
    for (std::size_t e = 0; e < node.type.size(); ++e)
      for (int l = first; l < first + count; ++l)
        to.push_back(from[e * static_cast<std::size_t>(batch) + static_cast<std::size_t>(l)]);
  }
  return part;
}

Numbers interpret(const ir::Graph& program, const Numbers& numbers, int batch) {
  return reference::run(program, numbers, batch);
}

}  // namespace unfurl::test
