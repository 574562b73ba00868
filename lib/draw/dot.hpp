// Writing DOT: escaping, nested clusters, and the one look that all drawings share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unfurl::dot_text {

/// A text as valid UTF-8 without control characters: anything else becomes U+FFFD or a space.
std::string clean(std::string_view text);
/// The same for the HTML-like labels of Graphviz: & < > and quotes as entities, backslashes doubled.
std::string html(std::string_view text);

/// Attributes of a node, an edge or a graph. Values that begin with '<' are HTML-like labels, written as they are.
struct Attributes : std::vector<std::pair<std::string, std::string>> {
  using vector::vector;
};
Attributes operator+(Attributes a, const Attributes& b);

/// Label of one or two lines: a name, and below it, smaller and grey, what is to be said of it. Both are plain texts.
std::string label(std::string_view name, std::string_view remark = {});

// The look: soft fills, grey lines, and no more than one strong colour.
inline constexpr const char* ink = "#24292f";    // names
inline constexpr const char* line = "#5b6470";   // borders, arrows, remarks
inline constexpr const char* faint = "#a9b1ba";  // wires
inline constexpr const char* panel = "#f5f6f8";  // clusters
inline constexpr const char* panel_line = "#dde1e6";
inline constexpr const char* observed = "#d3d8de";
/// Fill and wire of number `i` of `n` things that are to be told apart; the same for every drawing.
std::string fill_colour(int i, int n);
std::string wire_colour(int i, int n);

Attributes round_node(std::string_view fill = "white");
Attributes square_node(std::string_view fill = "white");
/// Small and rounded: a parameter.
Attributes small_node(std::string_view fill);
Attributes cluster(std::string_view title);

/// A line of the explanation below a picture: a square of a colour, or a name, and what it means.
struct LegendEntry {
  std::string colour;
  std::string name;
  std::string meaning;
};
std::string legend(const std::string& title, const std::vector<LegendEntry>& entries);

/// Writes one graph. Names of nodes are any text; edges are directed by default.
class Writer {
 public:
  Writer(std::string_view name, bool directed, const Attributes& graph);
  void node(std::string_view id, const Attributes& attributes);
  void edge(std::string_view from, std::string_view to, const Attributes& attributes = {});
  /// What follows, until end(), is drawn inside a box.
  void begin_cluster(std::string_view id, const Attributes& attributes);
  /// What follows, until end(), is laid out side by side.
  void begin_rank();
  void end();
  std::string text() &&;

 private:
  void write(const std::string& statement, const Attributes& attributes);
  std::string text_, indent_ = "  ";
  bool directed_;
};

}  // namespace unfurl::dot_text
