#include "unfurl/metrics.hpp"

#include <algorithm>
#include <cmath>

#include "audio/metrics/projection.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;

/// Share of the energy below which rounding cannot tell what is left from nothing: 240 dB.
constexpr double negligible = 1e-24;

void require_sound(std::span<const float> samples, std::string_view name) {
  if (!std::all_of(samples.begin(), samples.end(), [](float x) { return std::isfinite(x); }))
    throw DataError(cat("the ", name, " signal holds a value that is not finite"), {},
                    "find out what made it before measuring its distance");
  if (std::all_of(samples.begin(), samples.end(), [](float x) { return x == 0; }))
    throw DataError(cat("the ", name, " signal is silent, so its ratio to the distortion is undefined"), {},
                    "leave silent signals out of the evaluation");
}

double ratio_db(const Projection& p) {
  return 10 * std::log10(std::max(p.explained, negligible) / std::max(p.missed, negligible));
}

}  // namespace

double sdr(std::span<const float> reference, std::span<const float> estimate, int taps) {
  if (reference.empty() || reference.size() != estimate.size())
    throw DataError(cat("signals of ", reference.size(), " (reference) and ", estimate.size(),
                        " (estimate) samples cannot be compared"),
                    {}, "give two signals of the same length, at least one sample long");
  if (taps < 1)
    throw DataError(cat("a distortion filter of ", taps, " taps"), {}, "take at least 1; usual is 512");
  require_sound(reference, "reference");
  require_sound(estimate, "estimated");
  const double gain_alone = ratio_db(project_on_delays(reference, estimate, 1, negligible));
  if (taps == 1) return gain_alone;
  // A gain is a filter, too: where longer ones help as good as nothing, rounding must not make them worse.
  return std::max(gain_alone, ratio_db(project_on_delays(reference, estimate, taps, negligible)));
}

double si_sdr(std::span<const float> reference, std::span<const float> estimate) {
  return sdr(reference, estimate, 1);
}

}  // namespace unfurl::audio
