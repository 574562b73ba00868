#include "draw/dot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "unfurl/error.hpp"

namespace unfurl::dot_text {

using detail::cat;

namespace {

/// Bytes of the UTF-8 character at the front of `text`; 0 when there is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80                      ? 1
                           : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2
                           : (byte(0) & 0xf0) == 0xe0          ? 3
                           : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                                                               : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool surrogate = byte(0) == 0xed && byte(1) >= 0xa0, too_large = byte(0) == 0xf4 && byte(1) >= 0x90;
  return size > 2 && (overlong || surrogate || too_large) ? 0 : size;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : clean(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string hsv(double hue, double saturation, double value) {
  const auto channel = [&](double shift) {
    const double k = std::fmod(shift + 6 * hue, 6);
    return static_cast<int>(
        std::lround(255 * (value - value * saturation * std::max(0.0, std::min({k, 4 - k, 1.0})))));
  };
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", channel(5), channel(3), channel(1));
  return text;
}

/// Blue first, then round the circle without coming back to it.
double hue(int i, int n) { return std::fmod(0.58 + 0.86 * i / std::max(n, 1), 1); }

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character(text);
    const bool control = size == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f);
    if (size == 0)
      out += "\xef\xbf\xbd";
    else if (control)
      out += ' ';
    else
      out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string html(std::string_view text) {
  std::string out;
  for (char c : clean(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\\':  // Graphviz replaces \N and such in labels
        out += "\\\\";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

Attributes operator+(Attributes a, const Attributes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string label(std::string_view name, std::string_view remark) {
  if (name.empty()) return "";
  if (remark.empty()) return cat("<", html(name), ">");
  return cat("<", html(name), "<br/><font point-size=\"9\" color=\"", line, "\">", html(remark), "</font>>");
}

std::string fill_colour(int i, int n) { return hsv(hue(i, n), 0.26, 0.97); }
std::string wire_colour(int i, int n) { return hsv(hue(i, n), 0.48, 0.76); }

Attributes round_node(std::string_view fill) {
  return {{"shape", "ellipse"}, {"fillcolor", std::string(fill)}};
}
Attributes square_node(std::string_view fill) {
  return {{"shape", "box"}, {"fillcolor", std::string(fill)}, {"margin", "0.1,0.06"}};
}
Attributes small_node(std::string_view fill) {
  return {{"shape", "box"}, {"style", "filled,rounded"}, {"fillcolor", std::string(fill)}, {"fontsize", "10"},
          {"width", "0.3"}, {"height", "0.25"},          {"margin", "0.07,0.03"}};
}
Attributes cluster(std::string_view title) {
  return {{"label", label(title)}, {"style", "filled,rounded"}, {"fillcolor", panel}, {"color", panel_line},
          {"fontcolor", line},     {"fontsize", "10"},          {"margin", "10"},     {"labelloc", "t"}};
}

std::string legend(const std::string& title, const std::vector<LegendEntry>& entries) {
  const std::string left = "<tr><td align=\"left\">";
  std::string rows = cat(left, "<b>", html(title), "</b></td></tr>");
  for (const LegendEntry& e : entries) {
    const std::string swatch = e.name.empty() ? cat("<font color=\"", e.colour, "\">\u25a0</font>")
                                              : cat("<font point-size=\"9\">", html(e.name), "</font>");
    rows += cat(left, swatch, "<font point-size=\"9\" color=\"", line, "\">  ", html(e.meaning),
                "</font></td></tr>");
  }
  return cat("<<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"1\">", rows, "</table>>");
}

Writer::Writer(std::string_view name, bool directed, const Attributes& graph) : directed_(directed) {
  const Attributes font{{"fontname", "Helvetica,Arial,sans-serif"}};
  text_ = cat(directed ? "digraph " : "graph ", quoted(name), " {\n");
  write("graph", font +
                     Attributes{{"fontsize", "11"},
                                {"fontcolor", ink},
                                {"bgcolor", "white"},
                                {"pad", "0.15"},
                                {"charset", "UTF-8"},
                                {"labelloc", "b"},
                                {"labeljust", "l"}} +
                     graph);
  write("node", font + Attributes{{"fontsize", "11"},
                                  {"fontcolor", ink},
                                  {"color", line},
                                  {"style", "filled"},
                                  {"fillcolor", "white"},
                                  {"penwidth", "1"}});
  write("edge", font + Attributes{{"fontsize", "9"},
                                  {"fontcolor", line},
                                  {"color", line},
                                  {"arrowsize", "0.6"},
                                  {"penwidth", "1"}});
}

void Writer::node(std::string_view id, const Attributes& attributes) { write(quoted(id), attributes); }

void Writer::edge(std::string_view from, std::string_view to, const Attributes& attributes) {
  write(cat(quoted(from), directed_ ? " -> " : " -- ", quoted(to)), attributes);
}

void Writer::begin_cluster(std::string_view id, const Attributes& attributes) {
  text_ += cat(indent_, "subgraph ", quoted(cat("cluster_", id)), " {\n");
  indent_ += "  ";
  write("graph", attributes);
}

void Writer::begin_rank() {
  text_ += cat(indent_, "{\n");
  indent_ += "  ";
  write("rank=same", {});
}

void Writer::end() {
  indent_.resize(indent_.size() - 2);
  text_ += indent_ + "}\n";
}

std::string Writer::text() && {
  text_ += "}\n";
  return std::move(text_);
}

void Writer::write(const std::string& statement, const Attributes& attributes) {
  text_ += indent_ + statement;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const auto& [key, value] = attributes[i];
    const bool markup = !value.empty() && value.front() == '<' && value.back() == '>';
    text_ += cat(i == 0 ? " [" : ", ", key, "=", markup ? value : quoted(value));
  }
  text_ += attributes.empty() ? ";\n" : "];\n";
}

}  // namespace unfurl::dot_text
