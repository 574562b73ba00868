// The page of error rates.
#include "report/rates_page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/charts/chart.hpp"
#include "report/page/report_parts.hpp"
#include "report/page/report_style.hpp"

namespace unfurl::app {

using nlohmann::json;

namespace {

const char* level_of(const json& report) {
  return report.at("channel") == "BPSK over AWGN" ? "ebn0_db" : "p";
}

std::string label_of(const json& report) {
  std::string label =
      fmt::format("{}, {}, {} iterations", report.at("code").get<std::string>(),
                  report.at("decoder").get<std::string>(), report.at("iterations").get<int>());
  if (report.contains("amount")) label += fmt::format(", {:g}", report.at("amount").get<double>());
  if (report.contains("osd")) label += fmt::format(", OSD-{}", report.at("osd").get<int>());
  return label;
}

std::vector<Paint> paints_of(const std::vector<json>& reports) {
  std::vector<Series> series;
  for (const json& report : reports) series.push_back({label_of(report)});
  return paints(series);
}

/// One rate of all reports; intervals are upright lines.
std::string chart_of(const std::vector<json>& reports, const char* rate, const char* label) {
  const std::vector<Paint> paints = paints_of(reports);
  std::vector<Curve> curves;
  for (std::size_t r = 0; r < reports.size(); ++r) {
    Curve curve{label_of(reports[r]), paints[r], false, false, {}};
    for (const json& p : reports[r].at("points")) {
      const double level = p.at(level_of(reports[r])).get<double>();
      const json& interval = p.at(fmt::format("{}_interval", rate));
      curve.points.push_back({level, p.at(rate).get<double>()});
      curves.push_back({"95 % interval",
                        curve.paint,
                        false,
                        true,
                        {{level, interval.at(0).get<double>()}, {level, interval.at(1).get<double>()}}});
    }
    curves.push_back(std::move(curve));
  }
  const bool words = level_of(reports.front()) == std::string("ebn0_db");
  return curves_with_legend({words ? "Eb/N0, dB" : "p"}, {label, true}, std::move(curves));
}

std::string table_of(const std::vector<json>& reports) {
  std::string out =
      "<div class=\"scroll\"><table>\n<thead><tr><th>decoder</th><th>level</th><th>frames</th>"
      "<th>frame errors</th><th>FER</th><th>95 %</th><th>BER</th><th>95 %</th><th>iterations</th></tr>"
      "</thead>\n<tbody>\n";
  const std::vector<Paint> paints = paints_of(reports);
  for (std::size_t r = 0; r < reports.size(); ++r)
    for (const json& p : reports[r].at("points")) {
      const json &fer = p.at("fer_interval"), &ber = p.at("ber_interval");
      out += fmt::format(
          "<tr><td>{}{}</td><td>{:g}</td><td>{}</td><td>{}</td><td>{:.3e}</td><td>[{:.2e}, {:.2e}]</td>"
          "<td>{:.3e}</td><td>[{:.2e}, {:.2e}]</td><td>{:.2f}</td></tr>\n",
          swatch(paints[r]), escape(label_of(reports[r])), p.at(level_of(reports[r])).get<double>(),
          p.at("frames").get<std::int64_t>(), p.at("frame_errors").get<std::int64_t>(),
          p.at("fer").get<double>(), fer.at(0).get<double>(), fer.at(1).get<double>(),
          p.at("ber").get<double>(), ber.at(0).get<double>(), ber.at(1).get<double>(),
          p.at("iterations_mean").get<double>());
    }
  return out + "</tbody>\n</table></div>\n";
}

}  // namespace

std::string rates_page(const std::vector<json>& reports) {
  const std::string title = fmt::format("Error rates of {}", reports.front().at("code").get<std::string>());
  std::string commands;
  for (const json& report : reports)
    commands += fmt::format("<pre>{}</pre>\n", escape(report.at("command").get<std::string>()));
  const char* note = "Lines: 95 % intervals, exact for frames.";
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n<p class=\"summary\">{2}</p>\n"
      "<h2>Curves</h2>\n<div class=\"pair\">\n{3}{4}</div>\n<h2>Counts</h2>\n{5}"
      "<h2>How they were made</h2>\n{6}</body>\n</html>\n",
      escape(title), report_style, escape(reports.front().at("channel").get<std::string>()),
      figure("Frame error rate", chart_of(reports, "fer", "FER"), note),
      figure("Bit error rate", chart_of(reports, "ber", "BER"), "Of all bits of the code word."),
      table_of(reports), commands);
}

}  // namespace unfurl::app
