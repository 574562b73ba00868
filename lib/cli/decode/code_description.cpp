// What a code is, and what reports of a decoder begin with.
#include <fmt/format.h>

#include <map>

#include "cli/decode/decode.hpp"
#include "cli/terminal/console.hpp"
#include "codes/elimination_cost.hpp"

namespace unfurl::app {

using codes::affordable_rank;

nlohmann::json decoder_json(const DecodeOptions& options, const Code& code, const NamedDecoder& decoder) {
  const std::optional<int> r = affordable_rank(code.checks);
  nlohmann::json j = {{"code", code.name},
                      {"bits", code.bits()},
                      {"checks", code.checks.rows.size()},
                      {"decoder", decoder.name},
                      {"iterations", decoder.iterations},
                      {"early_stop", options.running.early_stop},
                      {"stop_together", options.running.stop_together}};
  if (r) j["dimension"] = code.bits() - *r;
  if (r)
    j["rate"] = code.shortened.empty() && code.punctured.empty()
                    ? static_cast<double>(code.bits() - *r) / code.bits()
                    : code_rate(code);
  if (!code.shortened.empty()) j["shortened"] = code.shortened;
  if (!code.punctured.empty()) j["punctured"] = code.punctured;
  if (options.running.osd) j["osd"] = *options.running.osd;
  return j;
}

int describe_code(const Program& program, const DecodeOptions& options, const Code& code) {
  const std::optional<int> r = affordable_rank(code.checks);
  const int n = code.bits();
  const GraphStatistics s = graph_statistics(code.checks);
  std::map<std::size_t, int> of_bits, of_checks;
  for (const auto& column : code.checks.by_column()) ++of_bits[column.size()];
  for (const auto& row : code.checks.rows) ++of_checks[row.size()];
  nlohmann::json& json = program.json->object;
  json.update({{"code", code.name}, {"bits", n}, {"checks", code.checks.rows.size()}});
  const auto counts_json = [](const std::map<std::size_t, int>& counts) {
    nlohmann::json j = nlohmann::json::array();
    for (const auto& [degree, count] : counts) j.push_back({{"degree", degree}, {"count", count}});
    return j;
  };
  json.update({{"bit_degrees", counts_json(of_bits)}, {"check_degrees", counts_json(of_checks)}});
  const auto degrees = [](const std::map<std::size_t, int>& counts) {
    std::string text;
    for (const auto& [degree, count] : counts)
      text += fmt::format("{}{} of degree {}", text.empty() ? "" : ", ", count, degree);
    return text;
  };
  out("{}\n", code.name);
  out("  bits            {}: {}\n", n, degrees(of_bits));
  out("  checks          {}{}: {}\n", code.checks.rows.size(),
      r ? fmt::format(", {} independent", *r) : ", too many to tell how many are independent",
      degrees(of_checks));
  if (code.logical.rows.empty()) {
    if (r) json.update({{"dimension", n - *r}, {"rate", static_cast<double>(n - *r) / n}});
    if (r) out("  dimension       {}, rate {:.4g}\n", n - *r, static_cast<double>(n - *r) / n);
    constexpr int largest = 5000;
    if (n <= largest && r && n > *r) {
      const int distance = distance_estimate(code.checks, 20, options.simulation.seed);
      json["distance_at_most"] = distance;
      out("  distance        at most {}\n", distance);
    }
  } else {
    json["logical"] = code.logical.rows.size();
    out("  logical         {} parities\n", code.logical.rows.size());
  }
  if (r) json["rank"] = *r;
  json["ones"] = code.checks.ones();
  if (s.girth) json["girth"] = *s.girth;
  if (s.four_cycles) json["four_cycles"] = *s.four_cycles;
  if (s.six_cycles) json["six_cycles"] = *s.six_cycles;
  out("  ones            {}\n", code.checks.ones());
  out("  girth           {}\n", s.girth ? fmt::format("{}", *s.girth) : "none: no cycles");
  out("  cycles          {}{}\n",
      s.four_cycles ? fmt::format("{} of length 4", *s.four_cycles) : "too many to count",
      s.six_cycles ? fmt::format(", {} of length 6", *s.six_cycles) : "");
  return 0;
}

}  // namespace unfurl::app
