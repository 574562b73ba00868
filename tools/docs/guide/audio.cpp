// Noise is taken out of a tone, live: ten multiplicative updates of NMF find how much of each frame is which.
#include <unfurl/audio_stream.hpp>
#include <unfurl/factors.hpp>
#include <unfurl/schedule.hpp>

#include "sounds.hpp"

using namespace unfurl;

int main() {
  const audio::Stft stft(256, 128);
  const int bins = stft.bins();
  std::vector<double> columns(
      static_cast<std::size_t>(2 * bins));  // the spectra of tone and noise, side by side
  for (const auto& [sound, column] : {std::pair{tone(), 0U}, std::pair{noise(), 1U}})
    for (std::size_t i = 0; const float v : stft.forward(sound).magnitude())
      columns[2 * (i++ % static_cast<std::size_t>(bins)) + column] += v;
  Model m("tone");
  const auto V = m.observed("V", {bins}, nonneg);
  const auto h = m.latent("h", {2}, nonneg);
  const auto W = m.param("W", matrix(bins, 2), columns, nonneg);
  m.factor("fit", KL{V, W * h});
  m.readout("mask", ratio_mask(slice(W, 0, 1) * slice(h, 0, 1), slice(W, 1, 1) * slice(h, 1, 1)));
  const auto layers =
      std::make_shared<Runner>(unroll(m, MultiplicativeUpdate{}, 10).compile().stream({"mask"}));
  audio::MaskingEnhancer enhancer(stft, [=](std::span<const float> v) {
    return layers->run(Dataset().add("V", 1, bins, {v.begin(), v.end()}))["mask"].values;
  });
  report(enhancer);
}
