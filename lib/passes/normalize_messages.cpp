// Messages through tables that are normalised at once: the logarithm of their sum costs next to nothing where they are computed, and
// a pass over all of them elsewhere.
#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "passes/passes.hpp"
#include "passes/rebuild.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "program/places.hpp"

namespace unfurl::ir {

namespace {

/// What becomes of a message: rows `first_row` on of the normalised ones, which `whole` has.
struct Part {
  Value whole;
  int first_row = 0;
};

class Messages {
 public:
  explicit Messages(const Graph& g)
      : g_(g), part_(static_cast<std::size_t>(g.size())), readers_(part_.size()), fused_(part_.size(), 0) {
    for (int i = 0; i < g.size(); ++i)
      for (Value a : g[Value{i}].args) readers_[at(a)].push_back(Value{i});
    std::vector<char> output(part_.size(), 0);
    for (const auto& [name, v] : g.outputs) output[at(v)] = 1;
    for (int i = 0; i < g.size(); ++i) consider(Value{i}, output);
  }

  Value operator()(Graph& to, const Node& node, const std::vector<Value>& args) {
    const Value v{next_++};
    const bool gradient = node.op == &ops::table_pull || node.op == &ops::table_sums;
    if (node.op == &ops::normalize_planes && fused_[at(v)]) return args[0];
    if (node.op == &ops::table_message && part_[at(v)].whole)
      return to.add(ops::normalized_table_message, args, node.attributes, node.layer, node.origin);
    if (!gradient || !part_[at(node.args[2])].whole) return {};
    // In place of the gradient before the normalisation, that after it.
    Value g = args[3];
    if (to[g].op == &ops::slice_rows)
      g = slice(to, to[to[g].args[0]].args[1], to[g]);
    else
      g = to[g].args[1];
    return to.add(node.op == &ops::table_pull ? ops::normalized_table_pull : ops::normalized_table_sums,
                  {args[0], args[1], args[2], g}, node.attributes, node.layer, node.origin);
  }

 private:
  /// Messages that are normalised here, and of which nobody sees how they were before.
  void consider(Value v, const std::vector<char>& output) {
    if (g_[v].op != &ops::normalize_planes) return;
    const Value all = g_[v].args[0];
    const bool joined = g_[all].op == &ops::concat_rows;
    if (joined && (readers_[at(all)].size() != 1 || output[at(all)] || g_[all].state)) return;
    const std::vector<Value> parts = joined ? g_[all].args : std::vector<Value>{all};
    int first_row = 0;
    for (Value part : parts) {
      if (g_[part].op != &ops::table_message || output[at(part)] || g_[part].state || part_[at(part)].whole ||
          std::count(parts.begin(), parts.end(), part) != 1)
        return;
      for (Value reader : readers_[at(part)])
        if (reader != (joined ? all : v) && !is_gradient(reader, part, {v, first_row})) return;
      first_row += g_.type(part).rows;
    }
    first_row = 0;
    for (Value part : parts) {
      part_[at(part)] = {v, first_row};
      first_row += g_.type(part).rows;
    }
    fused_[at(v)] = 1;
  }

  /// Whether `reader` gives what comes back through the normalisation on, through this message.
  bool is_gradient(Value reader, Value message, const Part& part) const {
    const Node& node = g_[reader];
    if ((node.op != &ops::table_pull && node.op != &ops::table_sums) || node.args[2] != message ||
        node.args[0] == message || node.args[1] == message || node.args[3] == message)
      return false;
    Value g = node.args[3];
    if (g_[g].op == &ops::slice_rows) {
      if (g_[g].attributes.as<Rows>().begin != part.first_row) return false;
      g = g_[g].args[0];
    } else if (part.first_row != 0 || g_.type(g).rows != g_.type(part.whole).rows) {
      return false;
    }
    return g_[g].op == &ops::normalize_planes_pull && g_[g].args[0] == part.whole;
  }

  /// These rows of another value, once for all who read them.
  Value slice(Graph& to, Value of, const Node& rows) {
    Value& made = slices_[{of.id, rows.attributes.as<Rows>().begin, rows.type.rows}];
    if (!made)
      made = to.add(ops::slice_rows, {of}, Attributes(rows.attributes), rows.layer, std::string(rows.origin));
    return made;
  }

  const Graph& g_;
  std::vector<Part> part_;
  std::vector<std::vector<Value>> readers_;
  std::vector<char> fused_;
  std::map<std::tuple<int, int, int>, Value> slices_;
  int next_ = 0;
};

}  // namespace

Graph normalize_messages(const Graph& graph) {
  const Graph live = remove_dead(graph);  // of which readers do not count
  return remove_dead(rebuild(live, Messages(live)));
}

}  // namespace unfurl::ir
