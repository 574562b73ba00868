// Detector error models of Stim.
#include "formats/codes/limited.hpp"
#include "harness.hpp"

void unfurl::fuzz::read(std::string_view input) {
  constexpr int most = 1 << 14;  // fewer than usual: repetitions take time
  DetectorErrorModel model;
  if (!accepted(input.size(), [&] { model = formats::parse_dem(input, "input", most); })) return;
  for (const auto& m : model.errors) {
    law(m.probability >= 0 && m.probability <= 1, "probabilities are from 0 to 1");
    law(m.detectors.empty() || m.detectors.back() < model.detectors, "detectors are counted");
    law(m.observables.empty() || m.observables.back() < model.observables, "observables are counted");
  }
  Code code;
  if (!accepted(input.size(), [&] { code = model.code("input"); })) return;
  check_matrix(code.checks);
  check_matrix(code.logical);
  law(code.priors.size() == static_cast<std::size_t>(code.checks.columns), "every bit has a prior");
  for (const double p : code.priors) law(p >= 0 && p <= 1, "priors are from 0 to 1");
}
