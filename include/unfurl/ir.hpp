/// The typed program that every model becomes: values in single assignment form, operations of medium grain.
///
/// A value is an array [planes, rows, lanes], lanes innermost and contiguous:
///   messages, beliefs  [states, edges or variables, samples]      matrices (parameters)  [rows of W, columns of W]
///   vectors per sample [1, length, samples]                       scalars                [1, 1]
/// A value without lanes depends on parameters alone (or has been summed over the samples). Elementwise operations
/// broadcast an extent of one, and a value without lanes over all samples.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl {

/// What is known of every entry. `nonneg` is what multiplicative training needs; `index` entries are whole numbers >= 0,
/// such as states of variables.
enum class Domain { real, nonneg, index };

namespace ir {

/// Shape and domain of a value.
struct Type {
  int planes = 1;
  int rows = 1;
  bool lanes = false;
  Domain domain = Domain::real;
  int states = 0;  ///< index: entries are 0 .. states - 1; 0: any whole number >= 0

  bool same_shape(const Type& other) const {
    return planes == other.planes && rows == other.rows && lanes == other.lanes;
  }
  bool operator==(const Type&) const = default;
  /// Entries per sample.
  std::size_t size() const { return static_cast<std::size_t>(planes) * static_cast<std::size_t>(rows); }
  Type with(Domain d) const { return {planes, rows, lanes, d}; }
};

/// "[3, 20, lanes] nonneg".
std::string to_string(const Type& type);

/// Handle of a value in a Graph; default constructed it is "no value".
struct Value {
  int id = -1;
  explicit operator bool() const { return id >= 0; }
  bool operator==(const Value&) const = default;
};

/// An index map with its inverse: entry i belongs to target[i]; members of target t are
/// members[offsets[t] .. offsets[t + 1]).
struct IndexTable {
  IndexTable(std::vector<int> target, int count);
  std::vector<int> target;
  int count;
  std::vector<int> offsets;
  std::vector<int> members;
  bool operator==(const IndexTable& o) const { return count == o.count && target == o.target; }
};
using Index = std::shared_ptr<const IndexTable>;
Index make_index(std::vector<int> target, int count);

/// Which extent a matrix product contracts.
enum class Axis { rows, planes };

/// Everything an operation needs besides its operands. Unused fields keep their defaults.
struct Attributes {
  double number = 0;                                ///< exponent, floor or constant
  bool transpose = false;                           ///< matmul, table_message: the transposed matrix
  Axis axis = Axis::rows;                           ///< matmul, outer
  int begin = 0;                                    ///< slice_rows, pad_rows: first row
  Type shape;                                       ///< sum_to, broadcast, input, param, constant: the result
  Index index;                                      ///< gather and segment operations
  std::shared_ptr<const std::vector<double>> data;  ///< constant arrays
  std::string name;                                 ///< input, param
  bool operator==(const Attributes& o) const;
};

struct Node;
class Graph;
class Builder;

/// How a result moves with one operand when all are in their domains; decides how split gradients flow.
enum class Sign { plus, minus, mixed, none };

/// A gradient as a difference of two non-negative halves.
struct Split {
  Value plus, minus;
};

/// An operand or result inside a kernel: entry (p, r, l) at data[p * plane_stride + r * row_stride + l * lane_stride];
/// strides are 0 where the operand is broadcast. Dense results have row_stride == lanes.
template <class T>
struct View {
  T* data = nullptr;
  int planes = 1, rows = 1, lanes = 1;
  std::ptrdiff_t plane_stride = 0, row_stride = 0, lane_stride = 0;
  T* row(int plane, int r) const { return data + plane * plane_stride + r * row_stride; }
  std::size_t size() const {
    return static_cast<std::size_t>(planes) * static_cast<std::size_t>(rows) *
           static_cast<std::size_t>(lanes);
  }
};

/// One invocation of a kernel. `accumulate` of +1 or -1 adds the result to `out` or subtracts it (sums over lanes).
template <class T>
struct Call {
  View<T> out;
  std::vector<View<const T>> in;
  const Attributes* attributes = nullptr;
  int accumulate = 0;
};
template <class T>
using Kernel = void (*)(const Call<T>&);

/// Definition of an operation: one file in lib/ops, one line in lib/ops/all.cpp; of others, Graph::add takes the
/// definition itself. A name, `infer`, `f32` and `f64` are mandatory, but leaves (arity 0) need no kernels.
struct OpDef {
  std::string name;
  int arity = 1;             ///< number of operands; -1: any number
  bool elementwise = false;  ///< operands broadcast to the result, entry by entry
  /// Result type; throws InternalError when the operands do not fit.
  Type (*infer)(const std::vector<Type>&, const Attributes&) = nullptr;
  /// Gradient with respect to operand `arg`, given the gradient of the result (same shape as the result); may have
  /// the broadcast shape (the gradient pass sums it to the operand's). Null: no gradient flows.
  Value (*vjp)(Builder&, Value out, int arg, Value gradient) = nullptr;
  /// How the result moves with operand `arg`.
  Sign (*sign)(const std::vector<Type>&, const Attributes&, int arg) = nullptr;
  /// Split gradient of a `mixed` operand; null: the elementwise rule of the gradient pass.
  Split (*split)(Builder&, Value out, int arg, Split gradient) = nullptr;
  /// The same operation in primitive ones, for macro operations; tests compare both.
  Value (*expand)(Builder&, const std::vector<Value>&, const Attributes&) = nullptr;
  Kernel<float> f32 = nullptr;
  Kernel<double> f64 = nullptr;
};

/// All operations, in the order of lib/ops/all.cpp.
const std::vector<const OpDef*>& all_ops();
/// Throws InternalError for an unknown name.
const OpDef& find_op(std::string_view name);

/// One value: its operation, operands, and where it comes from.
struct Node {
  const OpDef* op = nullptr;
  std::vector<Value> args;
  Attributes attributes;
  Type type;
  int layer = -1;      ///< layer of the unrolled network; -1 outside the layers
  bool state = false;  ///< carried from one layer to the next
  std::string origin;  ///< what in the model asked for it, for messages: "factor 'smooth' (denoiser.cpp:14)"
};

/// A program in single assignment form: operands come before their uses.
class Graph {
 public:
  const Node& operator[](Value v) const& { return nodes_[static_cast<std::size_t>(v.id)]; }
  Node operator[](Value v) && { return std::move(nodes_[static_cast<std::size_t>(v.id)]); }
  const Type& type(Value v) const& { return (*this)[v].type; }
  Type type(Value v) && { return (*this)[v].type; }
  int size() const { return static_cast<int>(nodes_.size()); }

  /// Adds a checked node; throws InternalError when operands do not fit the operation, or its definition lacks what is
  /// mandatory. The definition must outlive the program.
  Value add(const OpDef& op, std::vector<Value> args, Attributes attributes, int layer = -1,
            std::string origin = {});
  void mark_state(Value v) { nodes_[static_cast<std::size_t>(v.id)].state = true; }

  /// Named results, in order of declaration.
  std::vector<std::pair<std::string, Value>> outputs;
  Value output(std::string_view name) const;  ///< Throws InternalError when absent.

  /// Text form, one line a value: `%3:[1, 20, lanes]+ = matmul %0 %2 {transpose}`.
  std::string text() const;

 private:
  std::vector<Node> nodes_;
};

/// Writes a Graph. Every function checks its operands (InternalError).
class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(&graph) {}
  Graph& graph() const { return *graph_; }
  const Type& type(Value v) const { return graph_->type(v); }

  int layer = -1;      ///< stamped on new nodes
  std::string origin;  ///< stamped on new nodes

  Value emit(std::string_view op, std::vector<Value> args, Attributes attributes = {});

  Value input(const std::string& name, Type type);
  Value param(const std::string& name, Type type);
  Value constant(double number);
  Value constant(std::vector<double> data, Type type);
  Value zeros(Type type);

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value scale(Value a, double factor);
  Value neg(Value a);
  Value exp(Value a);
  Value log(Value a);
  Value sqrt(Value a);
  Value square(Value a);
  Value abs(Value a);
  Value sign(Value a);                      ///< -1, 0 or 1; no gradient
  Value pow(Value a, double exponent);      ///< a >= 0
  Value floor_at(Value a, double minimum);  ///< max(a, minimum)
  Value above(Value a, double threshold);   ///< 1 where a > threshold, else 0; no gradient
  Value relu(Value a);
  Value sigmoid(Value a);
  Value tanh(Value a);
  Value softplus(Value a);
  Value log_cosh(Value a);
  Value gate(Value a, Value by);                   ///< a where by != 0, else 0
  Value soft_threshold(Value a, Value threshold);  ///< sign(a) max(|a| - threshold, 0)
  Value share(Value a, Value b);                   ///< a / (a + b) for non-negative a, b
  Value squared_difference(Value a, Value b);      ///< (a - b)^2

  /// op(M) X, contracting X's rows (per plane) or planes (per row); M has no lanes.
  Value matmul(Value m, Value x, bool transpose = false, Axis axis = Axis::rows);
  /// sum over lanes and the extent that is not contracted of a b^T.
  Value outer(Value a, Value b, Axis axis = Axis::rows);

  Value sum_to(Value a, Type shape);  ///< sums planes, rows or lanes away
  Value sum_all(Value a);             ///< to a scalar, over the samples too
  Value broadcast(Value a, Type shape);

  Value gather_rows(Value a, Index index);  ///< out row i = a row target[i]
  Value segment_sum_rows(Value a, Index index);
  Value slice_rows(Value a, int begin, int count);
  Value pad_rows(Value a, int begin, int count);  ///< zeros around a
  Value concat_rows(std::vector<Value> parts);
  Value gather_planes(Value a, Index index);
  Value segment_sum_planes(Value a, Index index);
  Value segment_log_sum_exp_planes(Value a, Index index);
  Value segment_max_planes(Value a, Index index);
  Value log_sum_exp_planes(Value a);        ///< [S, n] -> [1, n]
  Value max_planes(Value a);                ///< [S, n] -> [1, n]
  Value plane(Value a, int p);              ///< [S, n] -> [1, n]
  Value one_hot(Value labels, int states);  ///< [1, n] -> [states, n]; no gradient
  /// out edge e = unary[target e] + sum of the messages of all other edges of that variable.
  Value exclusive_sum(Value unary, Value messages, Index edge_variable);
  /// Log-ratio sum-product message through exp(J s s'), s = -1, 1: log_cosh(J + m/2) - log_cosh(J - m/2).
  Value ising_message(Value coupling, Value message);
  /// out(i) = log sum_j exp( table(i, j) + message(j) ), over the first variable with `transpose`: the sum-product message
  /// through log-potentials [S T, rows or 1] that all samples share, by a product of matrices. -inf stays exact.
  Value table_message(Value table, Value message, bool transpose = false);
  /// out(i, j) = sum over samples (and over rows, for a table of one) of exp( table(i, j) + first(i) + second(j) ).
  Value sum_exp_pairs(Value table, Value first, Value second);
  /// The max-product message: sign(J) sign(m) min(2 |J|, |m|).
  Value ising_max_message(Value coupling, Value message);
  /// Log-ratio (of state 0 to state 1) of the exclusive or of two variables: 2 atanh( tanh(a/2) tanh(b/2) ) =
  /// log_cosh((a + b)/2) - log_cosh((a - b)/2), the check-node rule. Certain operands (infinite ones, too) stay exact.
  Value parity_message(Value a, Value b);
  /// a where it is positive, else NaN, so that what has to be positive never goes wrong silently.
  Value positive_only(Value a);
  Value stop_gradient(Value a);          ///< a, through which no gradient flows
  Value power(Value a, Value exponent);  ///< a >= 0; 0^0 is 1; gradients need a > 0
  /// (a^exponent - 1) / exponent, and log a where the exponent is 0 [Box64]. Rises in a, with slope a^(exponent - 1), and in
  /// the exponent, whatever its sign. `number` of the operation: how often it is differentiated in the exponent.
  Value box_cox(Value a, Value exponent);
  /// Logarithm of a power, exponent * a: -inf stays impossible and gives the exponent no gradient; 0 where it is 0.
  Value log_power(Value a, Value exponent);

 private:
  Graph* graph_;
};

}  // namespace ir
}  // namespace unfurl
