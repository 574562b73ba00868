// Base matrices of quasi-cyclic codes.
#include "formats/codes/limited.hpp"
#include "harness.hpp"

void unfurl::fuzz::read(std::string_view input) {
  constexpr int most = 1 << 14;  // less than usual: a lifting takes time
  Code code;
  if (!accepted(input.size(), [&] { code = formats::parse_quasi_cyclic(input, "input", most); })) return;
  check_matrix(code.checks);
  law(!code.checks.rows.empty() && code.checks.columns > 0, "a code has bits and checks");
  law(code.checks.rows.size() <= most && code.checks.columns <= most, "the limit holds");
}
