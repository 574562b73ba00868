/// The typed program that every model becomes: values in single assignment form, operations of medium grain.
#pragma once

#include <string_view>

#include "unfurl/extend/attributes.hpp"

namespace unfurl::ir {

struct Operation;

/// One value: its operation, operands, and where it comes from.
struct Node {
  const Operation* op = nullptr;
  std::vector<Value> args;
  Attributes attributes;
  Type type;
  int layer = -1;      ///< layer of the unrolled network; -1 outside the layers
  bool state = false;  ///< carried from one layer to the next
  std::string origin;  ///< what in the model asked for it, for messages: "factor 'smooth' (denoiser.cpp:14)"

  bool is_input() const;
  bool is_parameter() const;
  bool is_constant() const;
  const std::string& name() const&;  ///< of an input or a parameter; throws InternalError for other values
  std::string name() && = delete;
};

/// A program in single assignment form: operands come before their uses.
class Graph {
 public:
  const Node& operator[](Value v) const& { return nodes_[static_cast<std::size_t>(v.id)]; }
  Node operator[](Value v) && { return std::move(nodes_[static_cast<std::size_t>(v.id)]); }
  const Type& type(Value v) const& { return (*this)[v].type; }
  Type type(Value v) && { return (*this)[v].type; }
  int size() const { return static_cast<int>(nodes_.size()); }

  /// Adds a checked node; attributes that are empty are the operation's own. Throws InternalError when operands do not fit
  /// the operation, the attributes are another's, or its definition lacks what is mandatory. The definition must outlive
  /// the program.
  Value add(const Operation& op, std::vector<Value> args, Attributes attributes = {}, int layer = -1,
            std::string origin = {});
  void mark_state(Value v) { nodes_[static_cast<std::size_t>(v.id)].state = true; }

  /// Named results, in order of declaration.
  std::vector<std::pair<std::string, Value>> outputs;
  Value output(std::string_view name) const;  ///< Throws InternalError when absent.

  /// All of it, one line a value, constants and index tables too; program_from_text() reads it back:
  ///   %3:[1, 20, lanes]+ = matmul %0 %2 transpose=true  # layer 1, state, "factor 'smooth' (denoiser.cpp:14)"
  std::string text() const;

 private:
  std::vector<Node> nodes_;
};

/// The program that Graph::text() wrote, of operations of the library and of `more`. Throws DataError, naming the line,
/// where the text is no program.
Graph program_from_text(std::string_view text, const std::vector<const Operation*>& more = {});

}  // namespace unfurl::ir
