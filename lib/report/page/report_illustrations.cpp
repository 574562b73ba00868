// What a problem illustrates: charts, pictures, words and sounds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/extension.hpp"
#include "report/charts/picture.hpp"
#include "report/page/report_parts.hpp"

namespace unfurl::app {

namespace {

/// What the names of a comparison's rows look like; other names have the colour of text.
Paint paint_of(const Comparison& c, const std::string& name) {
  const std::vector<Paint> paints = row_paints(c);
  Paint found;
  for (std::size_t r = 0; r < c.rows.size(); ++r)
    if (c.rows[r].name == name || c.rows[r].label == name) found = paints[r];
  return found;
}

std::string traces_figure(const Comparison& c, const Illustration& illustration) {
  std::vector<Curve> curves;
  for (const Trace& trace : illustration.traces) {
    const Paint paint = paint_of(c, trace.name);
    Curve curve{trace.name, paint, false, false, {}};
    for (std::size_t i = 0; i < trace.x.size(); ++i) {
      curve.points.push_back({trace.x[i], trace.y[i]});
      if (!trace.low.empty())
        curves.push_back(
            {"95 % interval", paint, false, true, {{trace.x[i], trace.low[i]}, {trace.x[i], trace.high[i]}}});
    }
    curves.push_back(std::move(curve));
  }
  return figure(illustration.upward,
                curves_with_legend({illustration.across}, {illustration.upward, illustration.logarithmic},
                                   std::move(curves)));
}

std::string readings_of(const Comparison& c, const Panel& panel) {
  if (panel.readings.empty()) return "";
  std::string out = "<table class=\"readings\">\n";
  for (const Reading& reading : panel.readings)
    out += fmt::format("<tr><th>{}{}</th><td>{}</td></tr>\n", swatch(paint_of(c, reading.name)),
                       escape(reading.name), escape(reading.text));
  return out + "</table>\n";
}

std::string panel_figure(const Comparison& c, const Illustration& illustration, const Panel& panel, float low,
                         float high) {
  std::string body;
  if (!panel.values.empty()) {
    const std::string source =
        data_uri(panel.planes == 3 ? to_colour_png(panel.values, panel.rows, panel.columns)
                                   : to_png(panel.values, panel.rows, panel.columns, low, high));
    if (illustration.across.empty() && illustration.upward.empty())
      body = fmt::format("<img class=\"pixels\" width=\"{}\" height=\"{}\" alt=\"{}\" src=\"{}\">\n",
                         panel.columns, panel.rows, escape(panel.name), source);
    else
      body = picture_chart({illustration.across}, illustration.length, {illustration.upward},
                           illustration.height, source);
  }
  const std::string file = escape(panel.file.generic_string()), kind = detail::extension_of(panel.file);
  if (kind == ".wav" || kind == ".flac" || kind == ".ogg")
    body += fmt::format("<audio controls preload=\"none\" src=\"{}\"></audio>\n", file);
  if (!file.empty()) body += fmt::format("<p class=\"small\"><a href=\"{0}\">{0}</a></p>\n", file);
  return figure(panel.name, body + readings_of(c, panel));
}

/// How panels stand: charts by twos, lines of numbers below each other, words as cards, small pictures side by side.
const char* layout_of(const Illustration& illustration) {
  const std::vector<Panel>& panels = illustration.panels;
  if (std::any_of(panels.begin(), panels.end(), [](const Panel& p) { return !p.readings.empty(); }))
    return "cards";
  const bool pictures =
      std::any_of(panels.begin(), panels.end(), [](const Panel& p) { return !p.values.empty(); });
  if (!pictures || !illustration.across.empty() || !illustration.upward.empty()) return "pair";
  if (std::all_of(panels.begin(), panels.end(), [](const Panel& p) { return p.columns >= 8 * p.rows; }))
    return "strips";
  const bool large =
      std::any_of(panels.begin(), panels.end(), [](const Panel& p) { return p.columns > 100; });
  return large ? "gallery large" : "gallery";
}

std::string panels_of(const Comparison& c, const Illustration& illustration) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (const Panel& panel : illustration.panels)
    for (const float v : panel.values)
      if (std::isfinite(v) && panel.planes == 1) {
        low = std::min(low, v);
        high = std::max(high, v);
      }
  std::string figures;
  for (const Panel& panel : illustration.panels) figures += panel_figure(c, illustration, panel, low, high);
  const std::string unit = illustration.unit.empty() ? "" : " " + illustration.unit;
  const std::string scale =
      low < high ? fmt::format("<p class=\"small\">Dark: {:.3g}{unit}, bright: {:.3g}{unit}.</p>\n", low,
                               high, fmt::arg("unit", escape(unit)))
                 : "";
  return scale + fmt::format("<div class=\"{}\">\n{}</div>\n", layout_of(illustration), figures);
}

}  // namespace

std::string illustration_section(const Comparison& c) {
  std::string out;
  const std::vector<Illustration>& all = c.illustrations;
  for (std::size_t i = 0; i < all.size(); ++i) {
    out +=
        fmt::format("<h2>{}</h2>\n<p class=\"small\">{}</p>\n", escape(all[i].title), escape(all[i].caption));
    std::string charts;
    const std::size_t first = i;
    while (i + 1 < all.size() && all[i + 1].title == all[first].title) ++i;  // one section
    for (std::size_t k = first; k <= i; ++k)
      if (!all[k].traces.empty()) charts += traces_figure(c, all[k]);
    if (!charts.empty()) out += "<div class=\"pair\">\n" + charts + "</div>\n";
    for (std::size_t k = first; k <= i; ++k)
      if (!all[k].panels.empty()) out += panels_of(c, all[k]);
  }
  return out;
}

}  // namespace unfurl::app
