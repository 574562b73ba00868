#include "grad/op_examples.hpp"
#include "program/attributes.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::test {

namespace {

using ir::Attributes;
using ir::Type;

constexpr bool lanes = true, shared = false;
using Intervals = std::vector<std::pair<double, double>>;

const Intervals any = {{-2, 2}}, positive = {{0.5, 2}}, away_from_zero = {{-2, -0.3}, {0.3, 2}},
                above_one = {{1, 2}}, small = {{-0.6, -0.2}, {0.2, 0.6}}, large = {{-2, -0.9}, {0.9, 2}},
                probability = {{0.1, 0.9}};

ir::Indexed index(std::vector<int> target, int count) { return {ir::make_index(std::move(target), count)}; }

void add_unary(std::vector<OpExample>& list, const std::string& op, const Intervals& intervals,
               const Attributes& a = {}) {
  for (const Type& t :
       {Type{2, 3, lanes}, Type{1, 4, lanes}, Type{3, 1, lanes}, Type{1, 1, lanes}, Type{2, 3, shared}})
    list.push_back({op, {{t, intervals}}, a});
}

/// Every way in which two operands broadcast: planes, rows, lanes, and all at once.
void add_binary(std::vector<OpExample>& list, const std::string& op, const Intervals& a, const Intervals& b) {
  const std::vector<std::pair<Type, Type>> shapes = {
      {{2, 3, lanes}, {2, 3, lanes}},  {{2, 3, lanes}, {1, 3, lanes}},   {{2, 3, lanes}, {2, 1, lanes}},
      {{2, 3, lanes}, {1, 1, lanes}},  {{2, 3, lanes}, {2, 3, shared}},  {{2, 3, lanes}, {1, 1, shared}},
      {{2, 3, lanes}, {1, 3, shared}}, {{2, 3, lanes}, {2, 1, shared}},  {{1, 3, lanes}, {2, 1, shared}},
      {{1, 3, lanes}, {2, 1, lanes}},  {{1, 4, lanes}, {1, 4, lanes}},   {{1, 1, lanes}, {1, 1, lanes}},
      {{3, 1, lanes}, {1, 1, lanes}},  {{2, 3, shared}, {2, 3, shared}}, {{2, 3, shared}, {1, 3, shared}},
      {{2, 3, shared}, {2, 1, shared}}};
  for (const auto& [x, y] : shapes) {
    list.push_back({op, {{x, a}, {y, b}}, {}});
    if (x != y) list.push_back({op, {{y, a}, {x, b}}, {}});
  }
}

void add_elementwise(std::vector<OpExample>& list) {
  for (const char* op :
       {"add", "sub", "mul", "squared_difference", "ising_message", "parity_message", "parity_slope"}) {
    add_binary(list, op, any, any);
    add_binary(list, op, positive, positive);
  }
  for (const Intervals& message : {Intervals{{-4.5, -4.2}, {4.2, 4.5}}, Intervals{{-0.9, -0.5}, {0.5, 0.9}}})
    add_binary(list, "ising_max_message", {{-1.9, -0.6}, {0.6, 1.9}}, message);  // either may be the smaller
  for (const Intervals& exponent : {positive, away_from_zero})
    add_binary(list, "multiply_no_nan", any, exponent);
  const Intervals near_zero = {{-1e-4, 1e-4}}, zero = {{0, 0}};
  for (const Intervals& exponent : {any, positive, near_zero, zero})
    add_binary(list, "pow", positive, exponent);
  const auto box_cox = [&](const Intervals& x, const Intervals& exponent, int order) {
    for (const bool l : {lanes, shared})
      list.push_back({"box_cox", {{{2, 3, lanes}, x}, {{1, 1, l}, exponent}}, ir::Derivative{order}});
  };
  for (const int order : {0, 1, 2, 3}) {
    for (const Intervals& exponent : {any, positive, near_zero, zero}) box_cox(positive, exponent, order);
    box_cox({{1.5, 2}}, {{-25, -15}}, order);
  }
  add_binary(list, "box_cox", positive, any);
  add_unary(list, "zero_if_infinite", any);
  add_unary(list, "zero_if_infinite", positive);
  add_unary(list, "positive_only", positive);
  list.push_back(
      {"stop_gradient", {{{2, 3, true, Domain::index}, positive}}, {}});  // it has no slope to compare
  add_binary(list, "div", any, away_from_zero);
  add_binary(list, "div", positive, positive);
  for (const char* op : {"ratio_mask", "parallel"}) {
    add_binary(list, op, positive, positive);
    add_binary(list, op, {{2.5, 3}}, {{-1.5, -0.5}, {0.5, 1.5}});
  }
  add_binary(list, "where", any, away_from_zero);
  add_binary(list, "soft_threshold", large, {{0.1, 0.6}});
  add_binary(list, "soft_threshold", small, {{0.8, 1.5}});
  add_binary(list, "soft_threshold", above_one, {{0.1, 0.6}});
  for (const char* op : {"neg", "exp", "square", "sigmoid", "sigmoid_slope", "sigmoid_difference", "tanh",
                         "softplus", "log_cosh", "one_minus"}) {
    add_unary(list, op, op == std::string("one_minus") ? probability : any);
    add_unary(list, op, op == std::string("one_minus") ? probability : positive);
  }
  for (const char* op : {"log", "sqrt"}) add_unary(list, op, positive);
  for (const char* op : {"abs", "sign", "relu"}) {
    add_unary(list, op, away_from_zero);
    add_unary(list, op, positive);
  }
  for (const double exponent : {-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 2.7, 3.0})
    list.push_back({"pow", {{{2, 3, lanes}, positive}}, ir::Exponent{exponent}});
  add_unary(list, "pow", positive, ir::Exponent{-0.7});
  for (const char* op : {"maximum", "greater"}) {
    add_unary(list, op, small, ir::Threshold{0});
    add_unary(list, op, small, ir::Threshold{-0.7});
    add_unary(list, op, small, ir::Threshold{0.4 + 0.3});
    add_unary(list, op, {{0.1, 0.4}, {0.6, 2}}, ir::Threshold{0.5});
  }
}

void add_products(std::vector<OpExample>& list) {
  using ir::Axis;
  for (const Intervals& intervals : {any, positive}) {
    const auto matmul = [&](Type m, Type x, bool transpose, Axis axis) {
      list.push_back({"matmul", {{m, intervals}, {x, intervals}}, ir::MatrixProduct{axis, transpose}});
    };
    for (const bool l : {lanes, shared}) {
      matmul({4, 3}, {1, 3, l}, false, Axis::rows);
      matmul({4, 3}, {2, 3, l}, false, Axis::rows);
      matmul({3, 4}, {2, 3, l}, true, Axis::rows);
      matmul({1, 3}, {1, 3, l}, false, Axis::rows);
      matmul({4, 1}, {2, 1, l}, false, Axis::rows);
      matmul({4, 3}, {3, 2, l}, false, Axis::planes);
      matmul({3, 4}, {3, 1, l}, true, Axis::planes);
    }
    const auto product_sum = [&](Type a, Type b, Type to) {
      list.push_back({"product_sum", {{a, intervals}, {b, intervals}}, ir::Shape{to}});
    };
    for (const Type& to : {Type{1, 1}, Type{1, 5}, Type{2, 1}, Type{2, 5}}) {
      product_sum({2, 5, lanes}, {2, 5, lanes}, to);
      product_sum({2, 5, lanes}, {2, 5, shared}, to);
      product_sum({2, 1, lanes}, {1, 5, lanes}, to);
    }
    const auto outer = [&](Type a, Type b, Axis axis) {
      list.push_back({"outer", {{a, intervals}, {b, intervals}}, ir::OuterProduct{axis}});
    };
    for (const bool l : {lanes, shared}) {
      outer({1, 4, l}, {1, 3, l}, Axis::rows);
      outer({2, 4, l}, {2, 3, l}, Axis::rows);
      outer({2, 1, l}, {2, 3, l}, Axis::rows);
      outer({3, 2, l}, {4, 2, l}, Axis::planes);
      outer({3, 1, l}, {1, 1, l}, Axis::planes);
    }
  }
}

void add_movements(std::vector<OpExample>& list) {
  for (const Intervals& intervals : {any, positive})
    for (const bool l : {lanes, shared}) {
      const auto unary = [&](const std::string& op, Type t, const Attributes& a) {
        list.push_back({op, {{t, intervals}}, a});
      };
      for (const Type& to : {Type{1, 3, l}, Type{2, 1, l}, Type{1, 1, l}, Type{2, 3, shared},
                             Type{1, 3, shared}, Type{1, 1, shared}})
        unary("sum_to", {2, 3, l}, ir::Shape{to});
      for (const Type& from :
           {Type{1, 3, l}, Type{2, 1, l}, Type{1, 1, l}, Type{2, 3, l}, Type{1, 1, shared}})
        unary("broadcast", from, ir::Shape{{2, 3, lanes}});
      unary("broadcast", {1, 3, shared}, ir::Shape{{2, 3, shared}});

      unary("gather_rows", {2, 3, l}, index({2, 0, 0, 1, 2}, 3));
      unary("gather_rows", {1, 4, l}, index({3}, 4));
      unary("segment_sum_rows", {2, 5, l}, index({2, 0, 0, 3, 2}, 4));  // segment 1 is empty
      unary("segment_sum_rows", {1, 1, l}, index({0}, 1));
      for (const int planes : {1, 2})
        unary("neighbour_sum", {planes, 3, l},
              ir::Neighbours{ir::make_index({2, 0, 2, 1, 0}, 3), ir::make_index({3, 1, 1, 1, 0}, 4)});
      list.push_back({"concat_planes", {{{1, 2, l}, intervals}, {{3, 2, l}, intervals}}, {}});
      unary("gather_planes", {3, 2, l}, index({2, 0, 0, 1}, 3));
      unary("gather_planes", {3, 1, l}, index({1}, 3));
      unary("segment_sum_planes", {4, 2, l}, index({2, 0, 0, 2}, 3));
      unary("normalize_planes", {5, 3, l}, {});
      unary("normalize_planes", {1, 2, l}, {});
      list.push_back({"normalize_planes_pull", {{{5, 3, l}, {{-4, -0.1}}}, {{5, 3, l}, intervals}}, {}});
      unary("segment_log_sum_exp_planes", {5, 2, l}, index({1, 0, 0, 1, 1}, 2));
      unary("segment_log_sum_exp_planes", {3, 1, l}, index({0, 0, 0}, 1));
      for (const char* op : {"segment_max_planes", "segment_largest_planes"}) {
        const Intervals apart = intervals == positive ? Intervals{{1, 200}} : Intervals{{-100, 100}};
        list.push_back({op, {{{5, 2, l}, apart}}, index({1, 0, 0, 1, 1}, 2)});
        list.push_back({op, {{{3, 1, l}, apart}}, index({0, 0, 0}, 1)});
      }
      list.push_back({"near_largest_planes", {{{4, 2, l}, {{-200, 200}}}}, {}});
      list.push_back({"near_largest_planes", {{{1, 1, l}, {{-200, 200}}}}, {}});
      for (const int rows : {1, 3})
        for (const bool other : {lanes, shared})
          list.push_back({"potts_message", {{{1, rows, other}, intervals}, {{4, 3, l}, intervals}}, {}});
      list.push_back({"potts_message", {{{1, 1, l}, intervals}, {{2, 1, l}, intervals}}, {}});
      unary("slice_rows", {2, 4, l}, ir::Rows{1, 2});
      unary("slice_rows", {1, 4, l}, ir::Rows{3, 1});
      unary("pad_rows", {2, 2, l}, ir::Rows{2, 5});
      unary("pad_rows", {1, 1, l}, ir::Rows{0, 3});
      list.push_back(
          {"concat_rows", {{{2, 1, l}, intervals}, {{2, 3, l}, intervals}, {{2, 2, l}, intervals}}, {}});
      list.push_back({"concat_rows", {{{1, 2, l}, intervals}, {{1, 1, l}, intervals}}, {}});

      const Attributes edges = index({1, 0, 1, 3, 1}, 4);  // variable 2 has no edge
      for (const bool other : {lanes, shared}) {
        list.push_back({"exclusive_sum", {{{2, 4, l}, intervals}, {{2, 5, other}, intervals}}, edges});
        list.push_back({"exclusive_sum", {{{1, 4, l}, intervals}, {{1, 5, other}, intervals}}, edges});
      }
      list.push_back({"exclusive_sum", {{{1, 1, l}, intervals}, {{1, 1, l}, intervals}}, index({0}, 1)});

      for (const int rows : {1, 2}) {  // one table for all rows, and one for each
        for (const bool transpose : {false, true})
          list.push_back({"table_message",
                          {{{12, rows}, intervals}, {{transpose ? 3 : 4, 2, l}, intervals}},
                          ir::TableMessage{transpose}});
        for (const bool transpose : {false, true})
          list.push_back({"normalized_table_message",
                          {{{12, rows}, intervals}, {{transpose ? 3 : 4, 2, l}, intervals}},
                          ir::TableMessage{transpose}});
        for (const char* op : {"table_pull", "table_sums", "normalized_table_pull", "normalized_table_sums"})
          for (const bool transpose : {false, true}) {
            const int in = transpose ? 3 : 4, out = 12 / in;
            list.push_back({op,
                            {{{12, rows}, {{-1, 0.3}}},
                             {{in, 2, l}, {{-1, 0.3}}},
                             {{out, 2, l}, {{0, 1}}},
                             {{out, 2, l}, intervals}},
                            ir::TableMessage{transpose}});
          }
      }
      list.push_back({"table_message", {{{3, 1}, intervals}, {{1, 2, l}, intervals}}, {}});
      for (const int factors : {1, 2, 3}) {
        list.push_back({"parity_messages", {{{1, 6, l}, intervals}}, ir::SlotRows{factors}});
        if (factors < 3)  // of two slots the gradient does not depend on what they say
          list.push_back(
              {"parity_pull", {{{1, 6, l}, intervals}, {{1, 6, l}, intervals}}, ir::SlotRows{factors}});
      }
      for (const char* op : {"pair_message", "pair_shares"})
        for (const bool transpose : {false, true})
          for (const bool other : {lanes, shared})
            for (const bool maximise : {false, true}) {
              const Intervals table = maximise ? Intervals{{-0.2, 0.2}} : intervals;
              const Intervals message = maximise ? Intervals{{-2, -0.5}, {0.5, 2}} : intervals;  // no ties
              for (const auto& [table_rows, rows] : {std::pair(3, 3), {1, 3}, {3, 1}, {1, 1}})
                list.push_back({op,
                                {{{4, table_rows, l}, table}, {{1, rows, other}, message}},
                                ir::PairMessage{transpose, maximise}});
            }
    }
  for (const bool l : {lanes, shared})
    list.push_back({"one_hot", {{{1, 3, l, Domain::index}, {{0, 0}, {1, 1}, {2, 2}}}}, ir::States{3}});
}

}  // namespace

const std::vector<OpExample>& op_examples() {
  static const auto list = [] {
    std::vector<OpExample> l;
    add_elementwise(l);
    add_products(l);
    add_movements(l);
    add_convolutions(l);
    add_penalties(l);
    add_batch_matrices(l);
    return l;
  }();
  return list;
}

OpExample with_nonneg_domains(OpExample example) {
  for (Operand& operand : example.operands) {
    bool nonneg = operand.type.domain == Domain::real;
    for (const auto& [low, high] : operand.intervals) nonneg = nonneg && low >= 0;
    if (nonneg) operand.type.domain = Domain::nonneg;
  }
  return example;
}

std::string to_string(const OpExample& example) {
  std::string s = example.op;
  for (const Operand& operand : example.operands) s += " " + ir::to_string(operand.type);
  s += " " + example.attributes.text();
  return s;
}

ExampleProgram declare(const OpExample& example) {
  ExampleProgram program;
  ir::Builder b(program.graph);
  for (std::size_t i = 0; i < example.operands.size(); ++i) {
    const Type& t = example.operands[i].type;
    program.operands.push_back(t.lanes ? b.input(operand_name(i), t) : b.param(operand_name(i), t));
  }
  program.result = b.emit(*ir::find_operation(example.op), program.operands, example.attributes);
  return program;
}

Numbers draw(const OpExample& example, int batch, std::mt19937& random) {
  Numbers numbers;
  for (std::size_t i = 0; i < example.operands.size(); ++i) {
    const Operand& operand = example.operands[i];
    std::vector<double>& to = numbers[operand_name(i)];
    to.resize(operand.type.size() * static_cast<std::size_t>(operand.type.lanes ? batch : 1));
    for (double& x : to) {
      const auto& [low, high] = operand.intervals[random() % operand.intervals.size()];
      x = uniform(random, 1, low, high)[0];
    }
    const auto lanes = static_cast<std::size_t>(operand.type.lanes ? batch : 1);
    for (int k = 0; operand.diagonal != 0 && k < operand.type.planes; ++k)
      for (std::size_t l = 0; l < lanes; ++l)
        to[static_cast<std::size_t>(k * operand.type.rows + k) * lanes + l] += operand.diagonal;
  }
  return numbers;
}

}  // namespace unfurl::test
