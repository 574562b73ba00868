// A graph of ONNX operators while it is written. Values are tensors [samples, planes, rows]; what is the same for all samples has
// one of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "backend/onnx/protobuf.hpp"
#include "unfurl/extend/type.hpp"

namespace unfurl::onnx {

using Integers = std::vector<std::int64_t>;
using Attribute = std::pair<std::string, std::variant<std::int64_t, Integers>>;
using Name = std::string;

/// Operators and constants; the same operator on the same operands is there once.
class Nodes {
 public:
  explicit Nodes(bool doubles) : doubles_(doubles) {}
  bool doubles() const { return doubles_; }

  /// The result of an operator, or the first `results` of it: "name", "name.1".
  Name add(const std::string& operation, const std::vector<Name>& operands,
           const std::vector<Attribute>& attributes = {}, int results = 1);
  Name number(double value);                                               ///< a constant [1, 1, 1]
  Name numbers(const std::vector<double>& values, const Integers& shape);  ///< a constant
  Name integers(const Integers& values);                                   ///< a constant of one dimension
  /// A value given from outside, [samples, planes, rows] or, of one plane, [samples, rows].
  Name input(const std::string& name, const ir::Type& type);
  /// Gives a value to the outside, in the same form.
  void output(const std::string& name, const ir::Type& type, const Name& value);
  /// The value with all samples.
  Name for_all_samples(const Name& value, const ir::Type& type);
  void about(const std::string& key, const std::string& text) { about_.emplace_back(key, text); }

  // Shorthands.
  Name plus(const Name& a, const Name& b) { return add("Add", {a, b}); }
  Name minus(const Name& a, const Name& b) { return add("Sub", {a, b}); }
  Name times(const Name& a, const Name& b) { return add("Mul", {a, b}); }
  Name over(const Name& a, const Name& b) { return add("Div", {a, b}); }
  Name larger(const Name& a, const Name& b) { return add("Max", {a, b}); }
  Name smaller(const Name& a, const Name& b) { return add("Min", {a, b}); }
  Name choose(const Name& condition, const Name& a, const Name& b) { return add("Where", {condition, a, b}); }
  Name sum(const Name& a, std::int64_t axis, bool keep = true) {
    return add("ReduceSum", {a, integers({axis})}, {{"keepdims", keep ? 1 : 0}});
  }
  Name most(const Name& a, std::int64_t axis, bool keep = true) {
    return add("ReduceMax", {a}, {{"axes", Integers{axis}}, {"keepdims", keep ? 1 : 0}});
  }
  Name reshape(const Name& a, const Integers& shape) { return add("Reshape", {a, integers(shape)}); }
  Name gather(const Name& a, const Integers& from, std::int64_t axis) {
    return add("Gather", {a, integers(from)}, {{"axis", axis}});
  }
  Name slice(const Name& a, std::int64_t axis, std::int64_t begin, std::int64_t end) {
    return add("Slice", {a, integers({begin}), integers({end}), integers({axis})});
  }
  double largest() const;  ///< the largest number of the precision

  /// The bytes of the model.
  std::string model(const std::string& name, const std::string& producer) const;

 private:
  Name fresh();
  void tensor(const Name& name, int type, const Integers& shape, const std::string& bytes);

  bool doubles_;
  int count_ = 0;
  std::map<std::string, Name> known_;
  Message graph_;
  Message constants_, inputs_, outputs_;  ///< fields of the graph, too
  Name first_input_;
  std::vector<std::pair<std::string, std::string>> about_;
};

}  // namespace unfurl::onnx
