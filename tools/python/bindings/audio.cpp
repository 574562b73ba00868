// Sound: files, spectra, mixtures and measures, on arrays of NumPy.
#include "unfurl/audio.hpp"

#include <pybind11/complex.h>
#include <pybind11/stl/filesystem.h>

#include "arrays.hpp"
#include "audio.hpp"
#include "unfurl/metrics.hpp"

namespace unfurl::python {

using detail::cat;

namespace {

using namespace audio;  // NOLINT: what is bound here
using Sound = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Spectrum = py::array_t<std::complex<float>, py::array::c_style | py::array::forcecast>;
const auto release_all = py::call_guard<py::gil_scoped_release>();

std::span<const float> one_channel(const char* what, const Sound& a) {
  if (a.ndim() != 1)
    throw DataError(cat(what, " has ", a.ndim(), " dimensions"), here(),
                    "give the samples of one channel, [samples]");
  return {a.data(), static_cast<std::size_t>(a.size())};
}
std::vector<float> copied(const char* what, const Sound& a) {
  const auto s = one_channel(what, a);
  return {s.begin(), s.end()};
}
py::array array_of(const std::vector<float>& samples) {
  return own(samples, {static_cast<py::ssize_t>(samples.size())});
}

/// [channels, samples].
py::array channels_of(const Recording& r) {
  const std::size_t n = r.channels.empty() ? 0 : r.channels.front().size();
  std::vector<float> all;
  for (const auto& channel : r.channels) all.insert(all.end(), channel.begin(), channel.end());
  return own(std::move(all), {static_cast<py::ssize_t>(r.channels.size()), static_cast<py::ssize_t>(n)});
}
std::vector<std::vector<float>> channels_from(const Sound& a) {
  if (a.ndim() != 2)
    throw DataError(cat("channels of ", a.ndim(), " dimensions"), here(), "give [channels, samples]");
  std::vector<std::vector<float>> channels;
  for (py::ssize_t c = 0; c < a.shape(0); ++c) channels.emplace_back(a.data(c, 0), a.data(c, 0) + a.shape(1));
  return channels;
}

void bind_sounds(py::module_& m) {
  py::class_<Signal>(m, "Signal", doc("Signal"))
      .def(py::init([](const Sound& samples, int rate) {
             return Signal{copied("the sound", samples), rate};
           }),
           py::arg("samples"), py::arg("rate") = 16000)
      .def_property_readonly("samples", [](const Signal& s) { return array_of(s.samples); })
      .def_readonly("rate", &Signal::rate, doc("Signal.rate"))
      .def_readonly("warning", &Signal::warning, doc("Signal.warning"));
  py::class_<Recording>(m, "Recording", doc("Recording"))
      .def(py::init([](const Sound& channels, int rate, std::uint32_t speakers) {
             return Recording{channels_from(channels), rate, speakers};
           }),
           py::arg("channels"), py::arg("rate") = 16000, py::arg("speakers") = 0)
      .def_property_readonly("channels", &channels_of, "[channels, samples].")
      .def_readonly("rate", &Recording::rate, doc("Recording.rate"))
      .def_readonly("speakers", &Recording::speakers, doc("Recording.speakers"))
      .def_readonly("warning", &Recording::warning, doc("Recording.warning"));
  py::class_<WriteReport>(m, "WriteReport", doc("WriteReport"))
      .def_readonly("peak", &WriteReport::peak, doc("WriteReport.peak"))
      .def_readonly("gain", &WriteReport::gain, doc("WriteReport.gain"));
  const auto path = py::arg("path"), signal = py::arg("signal"), recording = py::arg("recording");
  m.def("read", &audio::read, path, release_all, doc("read"));
  m.def("read_all_channels", &read_all_channels, path, release_all, doc("read_all_channels"));
  m.def("mix_down", &mix_down, recording, release_all, doc("mix_down"));
  m.def("resample", &resample, signal, py::arg("rate"), release_all, doc("resample"));
  m.def("write", py::overload_cast<const std::filesystem::path&, const Signal&>(&audio::write), path, signal,
        release_all, doc("write"));
  m.def("write", py::overload_cast<const std::filesystem::path&, const Recording&>(&audio::write), path,
        recording, release_all, doc("write"));
}

void bind_spectra(py::module_& m) {
  py::class_<Stft>(m, "Stft", doc("Stft"))
      .def(py::init<int, int, int>(), py::arg("window") = 400, py::arg("hop") = 160, py::arg("transform") = 0,
           doc("Stft.Stft"))
      .def_property_readonly("window", &Stft::window)
      .def_property_readonly("hop", &Stft::hop)
      .def_property_readonly("transform", &Stft::transform)
      .def_property_readonly("bins", &Stft::bins)
      .def("frames", &Stft::frames, py::arg("length"), doc("Stft.frames"))
      .def("start", &Stft::start, py::arg("frame"), doc("Stft.start"))
      .def(
          "forward",
          [](const Stft& stft, const Sound& samples) {
            const auto sound = one_channel("the sound", samples);
            Spectrogram s;
            {
              const py::gil_scoped_release release;
              s = stft.forward(sound);
            }
            return own(std::move(s.values), {s.frames, s.bins});
          },
          py::arg("samples"),
          "Complex spectra, [frames, bins]. Throws DataError for an empty signal or samples that are not "
          "finite.")
      .def(
          "inverse",
          [](const Stft& stft, const Spectrum& values, std::size_t length) {
            if (values.ndim() != 2)
              throw DataError(cat("a spectrogram of ", values.ndim(), " dimensions"), here(),
                              "give [frames, bins]");
            const Spectrogram s{static_cast<int>(values.shape(0)),
                                static_cast<int>(values.shape(1)),
                                {values.data(), values.data() + values.size()}};
            std::vector<float> samples;
            {
              const py::gil_scoped_release release;
              samples = stft.inverse(s, length);
            }
            return array_of(samples);
          },
          py::arg("spectrogram"), py::arg("length"), doc("Stft.inverse"));
}

void bind_mixtures(py::module_& m) {
  py::class_<Mixture>(m, "Mixture", doc("Mixture"))
      .def_property_readonly("mixture", [](const Mixture& x) { return array_of(x.mixture); })
      .def_property_readonly("clean", [](const Mixture& x) { return array_of(x.clean); })
      .def_property_readonly(
          "noise", [](const Mixture& x) { return array_of(x.noise); }, doc("Mixture.noise"))
      .def_readonly("gain", &Mixture::gain)
      .def_readonly("snr_db", &Mixture::snr_db)
      .def_readonly("noise_type", &Mixture::noise_type, doc("Mixture.noise_type"));
  m.def(
      "mix",
      [](const Sound& clean, const Sound& noise, std::int64_t offset, double snr_db) {
        const auto a = one_channel("the speech", clean), b = one_channel("the noise", noise);
        const py::gil_scoped_release release;
        return mix(a, b, offset, snr_db);
      },
      py::arg("clean"), py::arg("noise"), py::arg("offset"), py::arg("snr_db"), doc("mix"));
  using Row = MixtureRow;
  py::class_<Row>(m, "MixtureRow", doc("MixtureRow"))
      .def_readonly("id", &Row::id)
      .def_readonly("clean", &Row::clean)
      .def_readonly("noise", &Row::noise)
      .def_readonly("noise_offset", &Row::noise_offset)
      .def_readonly("snr_db", &Row::snr_db)
      .def_readonly("line", &Row::line);
  m.def("read_manifest", &read_manifest, py::arg("path"), release_all, doc("read_manifest"));
  using Set = MixtureSet;
  py::class_<Set>(m, "MixtureSet", doc("MixtureSet"))
      .def(py::init<const std::filesystem::path&>(), py::arg("folder"), release_all,
           doc("MixtureSet.MixtureSet"))
      .def("__len__", &Set::size)
      .def_property_readonly("rate", &Set::rate)
      .def_property_readonly("rows", [](const Set& s) { return s.rows(); })
      .def_property_readonly(
          "warnings", [](const Set& s) { return s.warnings(); }, doc("MixtureSet.warnings"))
      .def("render", &Set::render, py::arg("row"), release_all, doc("MixtureSet.render"));
  m.def("make_synthetic_speech", &make_synthetic_speech, py::arg("folder"), release_all,
        doc("make_synthetic_speech"));
}

}  // namespace

void bind_audio(py::module_& parent) {
  py::module_ m = parent.def_submodule(
      "audio", "Sound files, the short-time Fourier transform, mixtures, and measures of sound.");
  bind_sounds(m);
  bind_spectra(m);
  bind_mixtures(m);
  const auto reference = py::arg("reference"), estimate = py::arg("estimate");
  m.def(
      "sdr",
      [](const Sound& r, const Sound& e, int taps) {
        const auto a = one_channel("the reference", r), b = one_channel("the estimate", e);
        const py::gil_scoped_release release;
        return sdr(a, b, taps);
      },
      reference, estimate, py::arg("taps") = 512, doc("sdr"));
  m.def(
      "si_sdr",
      [](const Sound& r, const Sound& e) {
        const auto a = one_channel("the reference", r), b = one_channel("the estimate", e);
        const py::gil_scoped_release release;
        return si_sdr(a, b);
      },
      reference, estimate, doc("si_sdr"));
}

}  // namespace unfurl::python
