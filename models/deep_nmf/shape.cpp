#include "models/deep_nmf/shape.hpp"

#include "unfurl/audio.hpp"

namespace unfurl::deep_nmf_model {

Shape::Shape(const Settings& s) {
  window = s.whole("window");
  hop = s.whole("hop");
  fft = s.whole("fft");
  past = s.whole("past");
  ahead = s.whole("ahead");
  frames = s.whole("frames");
  phase_sensitive = s.word("target") == "phase-sensitive";
  waveform = s.word("objective") == "si-sdr";
  noise = s.number("gamma") > 0;
  rank = s.whole("rank");
  sparsity = s.number("sparsity");
  noise_sparsity = s.number("noise_sparsity") < 0 ? sparsity : s.number("noise_sparsity");
  beta = s.number("beta");
  const std::string& learn = s.word("learn");
  learned_beta = learn == "divergence" || learn == "all" || learn == "scalars";
  proximal =
      s.algorithm == "ista" || s.algorithm == "fista" || s.algorithm == "lista" || s.algorithm == "alista";
  signs = s.algorithm == "lista" || (learned_beta && beta <= 0);
  start = s.word("start");
  convolutive = s.flag("convolutive");
  own_reconstruction = s.word("reconstruction") == "own";
  unit_columns = s.flag("unit_columns");
}

Shape checked(const Settings& settings) {
  Shape s(settings);
  (void)audio::Stft(s.window, s.hop, s.fft);  // refuses those that make no transform
  if (s.looks_back() && s.frames == 1)
    throw ModelError(
        "frames look at the last one's activations, but samples of one frame have none to learn from", "",
        "take samples of several frames, such as --set frames=16");
  const double excerpt = settings.number("excerpt");
  if (settings.flag("vary") && excerpt > 0 && s.frames * s.hop > excerpt * 16000)
    throw ModelError(
        detail::cat("samples of ", s.frames, " frames do not fit into an excerpt of ", excerpt, " s"), "",
        "take --set excerpt=0 or a longer one, or fewer frames");
  if (!settings.flag("vary") && excerpt != usual_excerpt)
    throw ModelError("excerpts are of varied mixtures alone", detail::cat("--set excerpt=", excerpt),
                     "take --set vary=yes, or leave excerpt out");
  if (s.proximal && s.beta != usual_beta)
    throw ModelError(detail::cat("algorithm ", settings.algorithm, " has squared errors, whatever beta is"),
                     detail::cat("--set beta=", s.beta), "take --algorithm mu, or leave beta out");
  if (s.noise && s.waveform)
    throw ModelError("gamma weighs the noise's error, which the objective si-sdr does not have", "",
                     "take --set objective=squared-error or kl, or --set gamma=0");
  if (s.phase_sensitive && s.waveform)
    throw ModelError("the objective si-sdr compares waveforms and has no use for a phase-sensitive target",
                     "", "leave one of --set target and --set objective as it is");
  if (s.waveform && s.frames == 1)
    throw ModelError("the objective si-sdr needs waveforms, but samples of one frame are a single window", "",
                     "take samples of several frames, such as --set frames=16");
  if (s.proximal && s.learned_beta)
    throw ModelError(
        detail::cat("algorithm ", settings.algorithm, " has squared errors, and so no beta to learn"), "",
        "take --algorithm mu, or --set learn=both");
  if (s.signs && (settings.word("optimizer") == "multiplicative" || settings.word("optimizer") == "paper"))
    throw ModelError(
        detail::cat("multiplicative backpropagation trains what is never negative, but ",
                    settings.algorithm == "lista" ? "lista's matrices" : "a beta that starts from 0 or less",
                    " may be"),
        "", "take --set optimizer=adam");
  return s;
}

}  // namespace unfurl::deep_nmf_model
