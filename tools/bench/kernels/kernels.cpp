/// Every kind of kernel alone, on arrays of a tile, by Google Benchmark:
///
///     build/release/bench/bench_kernels --benchmark_filter=parity --benchmark_min_time=0.5
///
/// Rates are entries of the largest array of a call a second, and the bytes of its operands and result.
#include <benchmark/benchmark.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "backend/cpu/kernels/kernels.hpp"
#include "program/operations.hpp"
#include "unfurl/extend/builder.hpp"

namespace {

namespace ir = unfurl::ir;
namespace cpu = unfurl::cpu;
using ir::Builder;
using ir::Value;

constexpr int lanes = 64;
constexpr std::size_t lane_count{lanes};

/// Operands of a case, named in turn.
class Operands {
 public:
  explicit Operands(Builder& b) : b_(b) {}
  /// One entry for every sample, or for all of them.
  Value samples(int rows, int planes = 1) { return b_.input(name(), {planes, rows, true}); }
  Value shared(int rows, int planes = 1) { return b_.param(name(), {planes, rows, false}); }

 private:
  std::string name() { return "x" + std::to_string(count_++); }
  Builder& b_;
  int count_ = 0;
};

struct Case {
  std::string name;
  std::function<Value(Builder&, Operands&)> write;  ///< the operation is the result
};

/// Neighbours on a square grid, edges in both directions.
std::pair<ir::Index, ir::Index> grid_edges(int side) {
  std::vector<int> from, to;
  for (int r = 0; r < side; ++r)
    for (int c = 0; c < side; ++c)
      for (const auto& [down, right] : {std::pair{1, 0}, {0, 1}}) {
        if (r + down >= side || c + right >= side) continue;
        const int here = r * side + c, there = (r + down) * side + c + right;
        from.insert(from.end(), {here, there});
        to.insert(to.end(), {there, here});
      }
  return {ir::make_index(from, side * side), ir::make_index(to, side * side)};
}

/// Each of `count` rows `times` times, in an order without a pattern.
ir::Index scattered(int count, int times) {
  std::vector<int> target;
  for (int i = 0; i < count * times; ++i) target.push_back(i % count);
  std::shuffle(target.begin(), target.end(), std::minstd_rand(1));
  return ir::make_index(std::move(target), count);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto one = [&](const char* name, Value (Builder::*write)(Value)) {
    all.push_back({name, [=](Builder& b, Operands& x) { return (b.*write)(x.samples(256)); }});
  };
  one("neg", &Builder::neg);
  one("exp", &Builder::exp);
  one("log", &Builder::log);
  one("sqrt", &Builder::sqrt);
  one("tanh", &Builder::tanh);
  one("sigmoid", &Builder::sigmoid);
  one("sigmoid_slope", &Builder::sigmoid_slope);
  one("sigmoid_difference", &Builder::sigmoid_difference);
  one("softplus", &Builder::softplus);
  one("log_cosh", &Builder::log_cosh);
  one("relu", &Builder::relu);
  one("abs", &Builder::abs);
  one("sign", &Builder::sign);
  one("square", &Builder::square);
  one("one_minus", &Builder::one_minus);
  one("zero_if_infinite", &Builder::zero_if_infinite);
  one("positive_only", &Builder::positive_only);
  all.push_back({"maximum", [](Builder& b, Operands& x) { return b.maximum(x.samples(256), 0.5); }});
  all.push_back({"greater", [](Builder& b, Operands& x) { return b.greater(x.samples(256), 0.5); }});
  all.push_back({"pow", [](Builder& b, Operands& x) { return b.pow(x.samples(256), 1.3); }});
  const auto two = [&](const char* name, Value (Builder::*write)(Value, Value)) {
    all.push_back({name, [=](Builder& b, Operands& x) {
                     const Value first = x.samples(256);
                     return (b.*write)(first, x.samples(256));
                   }});
    all.push_back({std::string(name) + ", one number a row", [=](Builder& b, Operands& x) {
                     const Value first = x.samples(256);
                     return (b.*write)(first, x.shared(256));
                   }});
  };
  two("add", &Builder::add);
  two("mul", &Builder::mul);
  two("div", &Builder::div);
  two("soft_threshold", &Builder::soft_threshold);
  two("multiply_no_nan", &Builder::multiply_no_nan);
  two("where", &Builder::where);
  two("ratio_mask", &Builder::ratio_mask);
  two("parallel", &Builder::parallel);
  two("squared_difference", &Builder::squared_difference);
  two("ising_message", &Builder::ising_message);
  two("ising_max_message", &Builder::ising_max_message);
  two("parity_message", &Builder::parity_message);
  for (const int size : {64, 256, 512})
    all.push_back({"matmul " + std::to_string(size),
                   [=](Builder& b, Operands& x) { return b.matmul(x.shared(size, size), x.samples(size)); }});
  all.push_back({"outer 256", [](Builder& b, Operands& x) {
                   const Value first = x.samples(256);
                   return b.outer(first, x.samples(256));
                 }});
  all.push_back({"gather_rows",
                 [](Builder& b, Operands& x) { return b.gather_rows(x.samples(256), scattered(256, 3)); }});
  all.push_back({"segment_sum_rows", [](Builder& b, Operands& x) {
                   return b.segment_sum_rows(x.samples(768), scattered(256, 3));
                 }});
  all.push_back({"neighbour_sum, grid", [](Builder& b, Operands& x) {
                   const auto [from, to] = grid_edges(16);
                   return b.neighbour_sum(x.samples(256), from, to);
                 }});
  all.push_back({"exclusive_sum", [](Builder& b, Operands& x) {
                   const Value unary = x.samples(256);
                   return b.exclusive_sum(unary, x.samples(768), scattered(256, 3));
                 }});
  all.push_back({"sum_to, samples of every row", [](Builder& b, Operands& x) {
                   return b.sum_to(x.samples(256), {1, 256, false});
                 }});
  all.push_back({"sum_to, rows", [](Builder& b, Operands& x) {
                   return b.sum_to(x.samples(256), {1, 1, true});
                 }});
  all.push_back({"product_sum, samples of every row", [](Builder& b, Operands& x) {
                   const Value first = x.samples(256);
                   return b.emit(ir::ops::product_sum, {first, x.samples(256)}, ir::Shape{{1, 256, false}});
                 }});
  for (const int slots : {3, 6, 24})
    all.push_back({"parity_messages, " + std::to_string(slots) + " slots",
                   [=](Builder& b, Operands& x) { return b.parity_messages(x.samples(slots * 48), 48); }});
  for (const int states : {2, 3, 8, 16}) {
    const std::string of_states = ", " + std::to_string(states) + " states";
    all.push_back({"table_message" + of_states, [=](Builder& b, Operands& x) {
                     const Value table = x.shared(1, states * states);
                     return b.table_message(table, x.samples(64, states));
                   }});
    all.push_back({"potts_message" + of_states, [=](Builder& b, Operands& x) {
                     const Value coupling = x.shared(1);
                     return b.potts_message(coupling, x.samples(64, states));
                   }});
    all.push_back({"normalize_planes" + of_states,
                   [=](Builder& b, Operands& x) { return b.normalize_planes(x.samples(64, states)); }});
  }
  all.push_back({"top_k", [](Builder& b, Operands& x) {
                   const Value a = x.samples(512);
                   return b.top_k(a, b.constant(std::vector<double>{64}, {1, 1, false}));
                 }});
  all.push_back({"total_variation", [](Builder& b, Operands& x) {
                   const Value a = x.samples(256);
                   return b.total_variation(a, b.constant(std::vector<double>{0.5}, {1, 1, false}));
                 }});
  return all;
}

/// Arrays of a call, and the call.
template <class T>
class Prepared {
 public:
  explicit Prepared(const Case& one) {
    Builder b(graph_);
    Operands operands(b);
    result_ = one.write(b, operands);
    const ir::Node& node = graph_[result_];
    for (Value a : node.args) {
      const cpu::View<T> view = array(a);
      call_.in.push_back({view.data, view.planes, view.rows, view.lanes, view.plane_stride, view.row_stride,
                          view.lane_stride});
    }
    call_.out = array(result_);
    call_.attributes = &node.attributes;
  }
  void run() {
    const cpu::Kernels& kernels = *cpu::find_kernels(*graph_[result_].op);
    if constexpr (sizeof(T) == 4)
      kernels.f32(call_);
    else
      kernels.f64(call_);
    benchmark::ClobberMemory();
  }
  std::size_t largest() const { return largest_; }
  std::size_t bytes() const { return bytes_; }

 private:
  cpu::View<T> array(Value v) {
    const ir::Type& type = graph_.type(v);
    const std::size_t width = type.lanes ? lane_count : 1, size = static_cast<std::size_t>(type.planes) *
                                                                  static_cast<std::size_t>(type.rows) * width;
    std::vector<T>& entries = arrays_[v.id];
    entries.resize(size + lane_count);  // so that they can begin where packets do
    std::normal_distribution<T> draw(1, 1);
    for (T& x : entries) x = draw(random_);
    if (graph_[v].is_constant()) {
      const auto& constant = graph_[v].attributes.template as<ir::Constant>();
      for (std::size_t i = 0; i < entries.size(); ++i) entries[i] = static_cast<T>(constant.entry(0));
    }
    largest_ = std::max(largest_, size);
    bytes_ += size * sizeof(T);
    T* data = entries.data();
    while (reinterpret_cast<std::uintptr_t>(data) % unfurl::packet::bytes != 0) ++data;
    const int rows = type.rows, all = static_cast<int>(width);
    return {data,
            type.planes,
            rows,
            all,
            std::ptrdiff_t{rows} * all,
            rows == 1 && !type.lanes ? 0 : all,
            type.lanes ? 1 : 0};
  }

  ir::Graph graph_;
  Value result_;
  std::map<int, std::vector<T>> arrays_;
  cpu::Call<T> call_;
  std::size_t largest_ = 0, bytes_ = 0;
  std::minstd_rand random_{1};
};

template <class T>
void time_kernel(benchmark::State& state, const Case& one) {
  Prepared<T> prepared(one);
  for ([[maybe_unused]] const auto& _ : state) prepared.run();
  const auto times = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(times * static_cast<double>(prepared.largest())));
  state.SetBytesProcessed(static_cast<std::int64_t>(times * static_cast<double>(prepared.bytes())));
}

}  // namespace

int main(int count, char** words) {
  for (const Case& one : cases()) {
    benchmark::RegisterBenchmark((one.name + " [f32]").c_str(),
                                 [one](benchmark::State& state) { time_kernel<float>(state, one); });
    benchmark::RegisterBenchmark((one.name + " [f64]").c_str(),
                                 [one](benchmark::State& state) { time_kernel<double>(state, one); });
  }
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
