/// Sample rates, through libsamplerate.

#include <samplerate.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "audio/finite.hpp"
#include "unfurl/audio_stream.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
using Converter = std::unique_ptr<SRC_STATE, SRC_STATE* (*)(SRC_STATE*)>;

[[noreturn]] void fail(int code) {
  throw DataError(cat("cannot change the sample rate: ", src_strerror(code)));
}

Converter make_converter() {
  int failure = 0;
  Converter converter(src_new(SRC_SINC_BEST_QUALITY, 1, &failure), src_delete);
  if (!converter) fail(failure);
  return converter;
}

/// Appends what `samples` (and their end, if they are the last) complete.
void convert(SRC_STATE* converter, double ratio, std::span<const float> samples, bool last,
             std::vector<float>& to) {
  constexpr std::size_t room = 4096;
  SRC_DATA data{};
  data.src_ratio = ratio;
  data.end_of_input = last ? 1 : 0;
  for (;;) {
    const std::size_t done = to.size();
    to.resize(done + room);
    data.data_in = samples.data();
    data.input_frames = static_cast<long>(samples.size());
    data.data_out = to.data() + done;
    data.output_frames = static_cast<long>(room);
    if (const int failure = src_process(converter, &data)) fail(failure);
    to.resize(done + static_cast<std::size_t>(data.output_frames_gen));
    samples = samples.subspan(static_cast<std::size_t>(data.input_frames_used));
    if (data.output_frames_gen == 0 && data.input_frames_used == 0) return;
  }
}

/// How many zeros it takes until the first one comes out.
int measure_latency(double ratio) {
  const Converter converter = make_converter();
  std::vector<float> out;
  const float zero = 0;
  int count = 0;
  for (; out.empty(); ++count) convert(converter.get(), ratio, {&zero, 1}, false, out);
  return count;
}

}  // namespace

struct Resampler::Impl {
  int from, to;
  double ratio;
  Converter converter{nullptr, src_delete};
  int latency = 0;
  std::int64_t in = 0, out = 0;
};

Resampler::Resampler(int from, int to) {
  const double ratio = static_cast<double>(to) / from;
  if (from <= 0 || to <= 0 || src_is_valid_ratio(ratio) == 0)
    throw DataError(cat("cannot convert from ", from, " to ", to, " samples per second"), {},
                    "both rates must be positive and less than a factor of 256 apart");
  impl_ = std::make_unique<Impl>(Impl{.from = from, .to = to, .ratio = ratio});
  if (from == to) return;
  impl_->converter = make_converter();
  impl_->latency = measure_latency(ratio);
}

Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;
Resampler::~Resampler() = default;

std::vector<float> Resampler::push(std::span<const float> samples) {
  Impl& r = *impl_;
  require_finite(samples, r.in, "the signal to resample");
  r.in += static_cast<std::int64_t>(samples.size());
  std::vector<float> result;
  if (r.from == r.to)
    result.assign(samples.begin(), samples.end());
  else
    convert(r.converter.get(), r.ratio, samples, false, result);
  r.out += static_cast<std::int64_t>(result.size());
  return result;
}

std::vector<float> Resampler::finish() {
  Impl& r = *impl_;
  if (r.from == r.to || r.in == 0) return {};
  std::vector<float> result;
  convert(r.converter.get(), r.ratio, {}, true, result);
  const std::int64_t wanted = std::max<std::int64_t>(1, std::llround(static_cast<double>(r.in) * r.ratio));
  result.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, wanted - r.out)));
  return result;
}

int Resampler::latency() const { return impl_->latency; }

Signal resample(const Signal& signal, int rate) {
  Resampler resampler(signal.rate, rate);
  Signal result{resampler.push(signal.samples), rate};
  const std::vector<float> rest = resampler.finish();
  result.samples.insert(result.samples.end(), rest.begin(), rest.end());
  return result;
}

}  // namespace unfurl::audio
