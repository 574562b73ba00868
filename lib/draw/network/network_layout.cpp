#include "draw/network/network_layout.hpp"

#include <algorithm>

namespace unfurl {

using detail::cat;

namespace {

constexpr int most_layers = 8;  // more are drawn with their middle left out
constexpr int shown_first = 3, shown_last = 2;

constexpr double state_width = 56, state_height = 40, pill_height = 18, pill_step = 23;
constexpr double gap = 10, title_height = 16, between_boxes = 34, row_height = 26;

double pill_width(const Parameter& p) { return std::max(22.0, dot_text::text_width(p.name) + 10); }

}  // namespace

std::string LayerBox::title() const {
  if (readout) return "read-out";
  return elided() ? cat("layers ", first, " \u2013 ", last) : cat("layer ", first);
}

NetworkLayout::NetworkLayout(const Unrolled& network) : network_(network), stages_(trace(network)) {
  make_boxes();
  find_shared();
  find_inputs();
  double height = 0;
  for (const LayerBox& box : boxes_)
    height = std::max(height, static_cast<double>(box.results.size()) * (state_height + gap) - gap);
  double x = 0;
  for (LayerBox& box : boxes_) x = place(box, x, height) + between_boxes;
  place_around();
}

void NetworkLayout::make_boxes() {
  const int layers = static_cast<int>(stages_.size()) - 1;
  for (int s = 0; s <= layers; ++s) {
    LayerBox box;
    box.first = s;
    if (layers > most_layers && s == shown_first) s = layers - shown_last - 1;
    box.last = s;
    box.readout = s == layers;
    if (box.elided()) box.results.push_back(cat("layers ", box.first, " to ", box.last));
    if (box.readout)
      for (const std::string& name : network_.signature.readouts)
        box.results.push_back(cat("read-out ", name));
    for (int k = box.first; k <= box.last && !box.readout; ++k) name_results(box, k);
    boxes_.push_back(std::move(box));
  }
}

/// "layer 3 x" for the results of a layer.
void NetworkLayout::name_results(LayerBox& box, int layer) {
  int nameless = 0;
  for (ir::Value v : stages_[static_cast<std::size_t>(layer)].results) {
    const std::string name = name_of(network_, v);
    const std::string node = cat("layer ", layer, " ", name.empty() ? cat("state ", nameless++) : name);
    if (!box.elided()) box.results.push_back(node);
    node_[v.id] = box.elided() ? box.results[0] : node;
  }
}

/// The boxes that read a parameter or an input in any of their stages.
template <class Thing>
std::vector<std::size_t> NetworkLayout::readers(const Thing& thing) const {
  std::vector<std::size_t> found;
  for (std::size_t b = 0; b < boxes_.size(); ++b) {
    const auto first = stages_.begin() + boxes_[b].first, end = stages_.begin() + boxes_[b].last + 1;
    if (std::any_of(first, end, [&](const Stage& s) { return s.all.reads(thing); })) found.push_back(b);
  }
  return found;
}

/// Copies that several boxes read get a row above the boxes, copies of one parameter the same where there is room.
void NetworkLayout::find_shared() {
  struct Row {
    std::string base;
    std::size_t last_box;
  };
  std::vector<Row> rows;
  for (const Parameter& p : network_.parameters) {
    const std::vector<std::size_t> boxes = readers(&p);
    if (boxes.size() == 1) boxes_[boxes[0]].own.push_back(&p);
    if (boxes.size() < 2) continue;
    const auto free = std::find_if(rows.begin(), rows.end(),
                                   [&](const Row& r) { return r.base == p.base && r.last_box < boxes[0]; });
    shared_.push_back({&p, boxes, static_cast<int>(free - rows.begin()), {}});
    if (free == rows.end())
      rows.push_back({p.base, boxes.back()});
    else
      free->last_box = boxes.back();
  }
  rows_ = static_cast<int>(rows.size());
}

void NetworkLayout::find_inputs() {
  for (const auto& input : network_.signature.inputs) {
    const std::vector<std::size_t> boxes = readers(input.name);
    if (!boxes.empty()) inputs_.push_back({input.name, boxes, {}});
  }
}

/// States at the bottom, own copies above and to the left of them. Returns the right border.
double NetworkLayout::place(LayerBox& box, double left, double states_height) const {
  double pills = 0;
  if (!box.elided())
    for (const Parameter* p : box.own) pills = std::max(pills, pill_width(*p));
  double y = states_height + 2 * gap + pill_height / 2;
  if (!box.elided())
    for (auto p = box.own.rbegin(); p != box.own.rend(); ++p, y += pill_step)
      box.shapes[(*p)->name] = {{left + gap + pills / 2, y}, pills, pill_height};

  double widest = state_width;
  if (box.readout)
    for (const std::string& name : network_.signature.readouts)
      widest = std::max(widest, dot_text::text_width(name) + 22);
  const double x = left + gap + (pills > 0 ? pills + 1.5 * gap : 0) + widest / 2;
  const auto n = static_cast<double>(box.results.size());
  for (std::size_t i = 0; i < box.results.size(); ++i) {
    const double above = (state_height + gap) * ((n - 1) / 2 - static_cast<double>(i));
    box.shapes[box.results[i]] = {{x, gap + states_height / 2 + above}, widest, state_height};
  }
  box.left = left;
  box.right = std::max(x + widest / 2 + gap, left + dot_text::text_width(box.title()) + gap);
  box.top = y - pill_height / 2 + title_height;
  return box.right;
}

/// One top for all boxes, and what is shared, above and below.
void NetworkLayout::place_around() {
  double top = 0;
  for (const LayerBox& box : boxes_) top = std::max(top, box.top);
  for (LayerBox& box : boxes_) box.top = top;
  for (Shared& s : shared_) {
    const double width = pill_width(*s.parameter);
    s.shape = {{entry(s.boxes[0], 0, rows_) - gap - width / 2, top + row_height * (rows_ - s.row)},
               width,
               pill_height};
  }
  double y = -row_height - gap;
  for (DrawnInput& input : inputs_) {
    const double width = std::max(state_height, dot_text::text_width(input.name) + 12);
    input.shape = {{boxes_[0].left + gap - width / 2, y}, width, state_height};
    y -= state_height + gap;
  }
}

double NetworkLayout::entry(std::size_t box, const DrawnInput& input) const {
  return entry(box, static_cast<int>(&input - inputs_.data()), static_cast<int>(inputs_.size()));
}

double NetworkLayout::entry(std::size_t box, int i, int n) const {
  return (boxes_[box].left + boxes_[box].right) / 2 + 7 * (i - (n - 1) / 2.0);
}

}  // namespace unfurl
