/// Sample rates, through libsoxr.

#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "audio/finite.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
using Converter = std::unique_ptr<soxr, void (*)(soxr*)>;

constexpr double largest_ratio = 256;
/// Share of the lower rate's band that passes with less than 0.05 dB of change; nothing beyond the band does. More takes longer filters, that
/// is, more latency.
constexpr double passband = 0.88;
/// Logarithm to base 2 of the length of the filters' Fourier transforms: the shortest, since signals wait for these.
constexpr unsigned transform = 8;

[[noreturn]] void fail(soxr_error_t reason) {
  throw DataError(cat("cannot change the sample rate: ", reason));
}

Converter make_converter(double from, double to) {
  soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  quality.passband_end = passband;
  quality.stopband_begin = 1;
  soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  runtime.log2_min_dft_size = runtime.log2_large_dft_size = transform;
  soxr_error_t failure = nullptr;
  Converter converter(soxr_create(from, to, 1, &failure, nullptr, &quality, &runtime), soxr_delete);
  if (failure) fail(failure);
  return converter;
}

/// Appends what `samples` complete, or without any what is left at the end.
void convert(soxr* converter, std::span<const float> samples, std::vector<float>& to,
             std::size_t room = 4096) {
  const bool last = samples.empty();
  for (;;) {
    const std::size_t before = to.size();
    to.resize(before + room);
    std::size_t used = 0, made = 0;
    if (const soxr_error_t failure = soxr_process(converter, last ? nullptr : samples.data(), samples.size(),
                                                  &used, to.data() + before, room, &made))
      fail(failure);
    to.resize(before + made);
    samples = samples.subspan(used);
    if (made < room && samples.empty()) return;
  }
}

/// How many samples have to come before the one that is due is out: the most, as filters work on stretches of them.
int measure_latency(int from, int to) {
  const Converter converter = make_converter(from, to);
  std::vector<float> out;
  const float zero = 0;
  std::int64_t latest = 0;  // times `to`
  for (std::int64_t in = 1, first = 0; first == 0 || in < 100 * first; ++in) {
    convert(converter.get(), {&zero, 1}, out, 64);
    const auto made = static_cast<std::int64_t>(out.size());
    if (first == 0 && made > 0) first = in;
    latest = std::max(latest, in * to - made * from);
  }
  return static_cast<int>((latest + to - 1) / to) + 1;
}

}  // namespace

struct Resampler::Impl {
  int from, to;
  double ratio;
  Converter converter{nullptr, soxr_delete};
  bool finished = false;
  std::optional<int> latency{};  ///< once somebody has asked
  std::int64_t in = 0, out = 0;
};

Resampler::Resampler(int from, int to) {
  const double ratio = static_cast<double>(to) / from;
  if (from <= 0 || to <= 0 || ratio > largest_ratio || ratio < 1 / largest_ratio)
    throw DataError(cat("cannot convert from ", from, " to ", to, " samples per second"), {},
                    "both rates must be positive and less than a factor of 256 apart");
  impl_ = std::make_unique<Impl>(Impl{.from = from, .to = to, .ratio = ratio});
  if (from != to) impl_->converter = make_converter(from, to);
}

Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;
Resampler::~Resampler() = default;

std::vector<float> Resampler::push(std::span<const float> samples) {
  Impl& r = *impl_;
  if (r.finished)
    throw DataError("samples after the end of the signal to resample", {}, "begin another Resampler");
  require_finite(samples, r.in, "the signal to resample");
  r.in += static_cast<std::int64_t>(samples.size());
  std::vector<float> result;
  if (r.from == r.to)
    result.assign(samples.begin(), samples.end());
  else if (!samples.empty())
    convert(r.converter.get(), samples, result);
  r.out += static_cast<std::int64_t>(result.size());
  return result;
}

std::vector<float> Resampler::finish() {
  Impl& r = *impl_;
  if (std::exchange(r.finished, true) || r.from == r.to || r.in == 0) return {};
  std::vector<float> result;
  convert(r.converter.get(), {}, result);
  const std::int64_t wanted = std::max<std::int64_t>(1, std::llround(static_cast<double>(r.in) * r.ratio));
  result.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, wanted - r.out)));
  return result;
}

int Resampler::latency() const {
  if (!impl_->latency)
    impl_->latency = impl_->from == impl_->to ? 0 : measure_latency(impl_->from, impl_->to);
  return *impl_->latency;
}

Signal resample(const Signal& signal, int rate) {
  Resampler resampler(signal.rate, rate);
  Signal result{resampler.push(signal.samples), rate};
  const std::vector<float> rest = resampler.finish();
  result.samples.insert(result.samples.end(), rest.begin(), rest.end());
  return result;
}

}  // namespace unfurl::audio
