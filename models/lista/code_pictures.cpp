#include "models/lista/code_pictures.hpp"

#include <cmath>

#include "models/exhibits.hpp"
#include "models/sparse_codes.hpp"

namespace unfurl::lista_model {

namespace {

constexpr float smallest = 1e-4F;  // of magnitudes in spectra: less is nothing

std::vector<float> magnitudes(std::vector<float> values) {
  for (float& v : values) v = std::abs(v);
  return values;
}

/// Magnitudes, the largest first, at places 1, 2, ..: all of the first ones, then fewer and fewer.
Trace spectrum(const std::string& name, std::vector<float> sizes) {
  std::sort(sizes.rbegin(), sizes.rend());
  Trace trace{name};
  for (std::size_t i = 0; i < sizes.size() && sizes[i] > smallest; i += 1 + i / 40) {
    trace.x.push_back(static_cast<double>(i + 1));
    trace.y.push_back(sizes[i]);
  }
  return trace;
}

}  // namespace

std::vector<Illustration> codes_and_spectra(const std::vector<Exhibit>& networks, const Dataset& data) {
  if (networks.empty()) return {};
  const std::size_t which = choose(code_error(networks.front().network, data).per_item).middling;
  const Dataset one = data.slice(static_cast<int>(which), 1);
  Illustration shown, spectra;
  shown.title = detail::cat("Code ", which, ", a middling one for '", networks.front().name, "'");
  shown.caption = "Magnitudes of its entries in a line, and as curves, the largest first.";
  spectra.title = shown.title;
  spectra.across = "entry, largest first";
  spectra.upward = "magnitude";
  spectra.logarithmic = true;
  const auto show = [&](const std::string& name, const std::string& title, const std::vector<float>& code) {
    shown.panels.push_back({title, 1, SparseCodes::unknowns, magnitudes(code), {}});
    spectra.traces.push_back(spectrum(name, magnitudes(code)));
  };
  show("code", "code", one["code"].values);
  for (const Exhibit& exhibit : networks) {
    const std::string name = label_of(exhibit, networks);
    const double error = std::round(10 * code_error(exhibit.network, one).value) / 10;
    show(name, detail::cat(name, ": ", error, " dB"), exhibit.network.run(one, {"x"})["x"].values);
  }
  return {shown, spectra};
}

}  // namespace unfurl::lista_model
