// Results: .MAR, .PR and .MPE.
#include <cmath>

#include "harness.hpp"
#include "unfurl/formats.hpp"

void unfurl::fuzz::read(std::string_view input) {
  std::vector<std::vector<double>> marginals;
  if (accepted(input.size(), [&] { marginals = parse_mar(input, "input"); })) {
    const std::string text = to_mar(marginals);  // 15 digits
    law(to_mar(parse_mar(text, "written")) == text, "marginals that are written read back equal");
  }
  double log_z = 0;
  if (accepted(input.size(), [&] { log_z = parse_pr(input, "input"); }))
    law(std::abs(parse_pr(to_pr(log_z), "written") - log_z) <= 1e-14 * std::abs(log_z),
        "log Z reads back equal");
  std::vector<int> states;
  if (accepted(input.size(), [&] { states = parse_mpe(input, "input"); }))
    law(parse_mpe(to_mpe(states), "written") == states, "states that are written read back equal");
}
