// Where everything stands in the drawing of a network: boxes from left to right, what several of them share on wires
// above, data below.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "draw/geometry.hpp"
#include "draw/network/network_trace.hpp"

namespace unfurl {

/// One layer, the read-out, or several layers that are left out.
struct LayerBox {
  int first = 0, last = 0;  ///< stages
  bool readout = false;
  std::vector<const Parameter*> own;              ///< copies that nothing outside reads
  std::vector<std::string> results;               ///< nodes, in the order of the stage's results
  std::map<std::string, dot_text::Shape> shapes;  ///< of results and own copies, by name
  double left = 0, right = 0, top = 0;            ///< the bottom is at 0
  bool elided() const { return last > first; }
  std::string title() const;
};

/// A copy of a parameter that several boxes read.
struct Shared {
  const Parameter* parameter = nullptr;
  std::vector<std::size_t> boxes;
  int row = 0;
  dot_text::Shape shape;
};

/// Observed data.
struct DrawnInput {
  std::string name;
  std::vector<std::size_t> boxes;
  dot_text::Shape shape;
};

/// Of more than eight layers, the first three and the last two are drawn.
class NetworkLayout {
 public:
  /// Keeps a reference to the network.
  explicit NetworkLayout(const Unrolled& network);

  /// The node that shows a result of a layer; its layer's one node when that is left out.
  const std::string& node_of(ir::Value result) const { return node_.at(result.id); }

  const std::vector<Stage>& stages() const { return stages_; }
  const std::vector<LayerBox>& boxes() const { return boxes_; }
  const std::vector<Shared>& shared() const { return shared_; }
  const std::vector<DrawnInput>& inputs() const { return inputs_; }
  /// Where a wire meets a box, from the left.
  double entry(std::size_t box, const Shared& shared) const { return entry(box, shared.row, rows_); }
  double entry(std::size_t box, const DrawnInput& input) const;

 private:
  void make_boxes();
  void name_results(LayerBox& box, int layer);
  void find_shared();
  void find_inputs();
  template <class Thing>
  std::vector<std::size_t> readers(const Thing& thing) const;
  double place(LayerBox& box, double left, double states_height) const;
  void place_around();
  double entry(std::size_t box, int i, int n) const;

  const Unrolled& network_;
  std::vector<Stage> stages_;
  std::vector<LayerBox> boxes_;
  std::vector<Shared> shared_;
  std::vector<DrawnInput> inputs_;
  std::map<int, std::string> node_;  ///< by value
  int rows_ = 0;                     ///< of shared copies
};

}  // namespace unfurl
