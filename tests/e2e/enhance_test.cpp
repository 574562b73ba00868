// `unfurl enhance` with a small network that was really trained: a hum in hiss, by sparse NMF.
#include <algorithm>
#include <fstream>
#include <numbers>

#include "e2e/cli_helpers.hpp"
#include "unfurl/audio_stream.hpp"

using namespace cli_test;

namespace {

constexpr int rate = 8000, window = 64, hop = 32, bins = window / 2 + 1, rank = 4;

/// Seconds of a hum, and of hiss.
std::vector<float> hum(std::size_t length, int at = rate) {
  std::vector<float> samples(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double t = static_cast<double>(i) / at;
    samples[i] = static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * 500 * t) +
                                    0.2 * std::sin(2 * std::numbers::pi * 1000 * t) * std::sin(20 * t));
  }
  return samples;
}
std::vector<float> hiss(std::size_t length, std::uint64_t seed) {
  unfurl::Random random(seed);
  std::vector<float> samples(length);
  for (float& x : samples) x = static_cast<float>(0.1 * random.normal());
  return samples;
}
std::vector<float> sum(std::vector<float> a, const std::vector<float>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

unfurl::Dataset frames(std::uint64_t seed) {
  const unfurl::audio::Stft stft(window, hop);
  const std::vector<float> clean = hum(rate);
  unfurl::Dataset data;
  data.add("V", 1, bins, stft.forward(sum(clean, hiss(rate, seed))).magnitude());
  data.add("S", 1, bins, stft.forward(clean).magnitude());
  return data;
}

std::unique_ptr<unfurl::audio::Enhancer> make_enhancer(const unfurl::Network& network) {
  const auto runner = std::make_shared<unfurl::Runner>(network.stream({"hum"}));
  return std::make_unique<unfurl::audio::MaskingEnhancer>(
      unfurl::audio::Stft(window, hop), [runner](std::span<const float> v) {
        unfurl::Dataset block;
        block.add("V", 1, bins, {v.begin(), v.end()});
        std::vector<float> mask = runner->run(block).take("hum").values;
        for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = v[i] > 0 ? mask[i] / v[i] : 0;
        return mask;
      });
}

double squared(const std::vector<float>& a, const std::vector<float>& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += std::pow(static_cast<double>(a[i]) - b[i], 2);
  return total;
}

class HumProblem final : public unfurl::Problem {
 public:
  HumProblem() : model_("hum") {
    using namespace unfurl;
    Random random(1);
    std::vector<double> tonal(bins * rank), noisy(bins * rank);
    for (std::size_t i = 0; i < tonal.size(); ++i) {
      tonal[i] = 0.05 + random.uniform() * (i / rank < 12 ? 1 : 0.1);
      noisy[i] = 0.5 + 0.5 * random.uniform();
    }
    auto V = model_.observed("V", {bins}, nonneg);
    auto Ws = model_.param("Ws", matrix(bins, rank), tonal, nonneg);
    auto Wn = model_.param("Wn", matrix(bins, rank), noisy, nonneg);
    auto Hs = model_.latent("Hs", {rank}, nonneg);
    auto Hn = model_.latent("Hn", {rank}, nonneg);
    model_.factor("fit", KL{V, Ws * Hs + Wn * Hn});
    model_.factor("sparse", L1{0.1, Hs});
    model_.factor("sparse_noise", L1{0.1, Hn});
    model_.readout("hum", cwise(V, ratio_mask(Ws * Hs, Wn * Hn)));
  }
  const unfurl::Model& model() const override { return model_; }
  unfurl::Loss loss() const override { return unfurl::loss::squared_error("hum", "S"); }
  unfurl::Optimizer optimizer() const override { return unfurl::Adam{.rate = 0.1}; }
  int batch() const override { return 64; }
  unfurl::DataSource training() const override { return unfurl::fixed(frames(2)); }
  unfurl::Dataset validation() const override { return frames(3); }
  std::vector<unfurl::Metric> evaluate(const unfurl::Network& network) const override {
    const std::vector<float> clean = hum(rate), noisy = sum(clean, hiss(rate, 4));
    const auto enhancer = make_enhancer(network);
    std::vector<float> estimate = enhancer->push(noisy);
    const std::vector<float> rest = enhancer->finish();
    estimate.insert(estimate.end(), rest.begin(), rest.end());
    return {{"error", "", false, squared(estimate, clean) / squared(noisy, clean), {}}};
  }

 private:
  unfurl::Model model_;
};

class HumTask final : public unfurl::AudioTask {
 public:
  std::string name() const override { return "hum"; }
  std::string summary() const override { return "a hum in hiss"; }
  unfurl::Settings defaults() const override {
    unfurl::Settings s;
    s.algorithm = "mu";
    s.layers = 3;
    s.tying = "untied";
    s.epochs = 20;
    return s;
  }
  std::unique_ptr<unfurl::Problem> prepare(const unfurl::Settings&) const override {
    return std::make_unique<HumProblem>();
  }
  int rate() const override { return ::rate; }
  std::unique_ptr<unfurl::audio::Enhancer> enhancer(const unfurl::Network& network,
                                                    const unfurl::Settings&) const override {
    return make_enhancer(network);
  }
};

const auto task = std::make_shared<HumTask>();

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE(
      "enhance: a trained run takes hiss off files of any rate, length and number of channels, streaming or "
      "not") {
    const Folder folder;
    const std::string out = folder / "run", in = folder / "in.wav", whole = folder / "whole.wav",
                      stream = folder / "stream.wav";
    REQUIRE(run({"train", "hum", "-o", out}, task).status == 0);
    for (const int at : {8000, 16000, 44100, 48000})
      for (const std::size_t channels : {1U, 2U, 3U})
        for (const std::size_t length :
             {std::size_t{1}, std::size_t{63}, static_cast<std::size_t>(at) + 11}) {
          INFO(at << " Hz, " << channels << " channels, length " << length);
          unfurl::audio::Recording noisy{{}, at}, clean{{}, at};
          noisy.speakers = channels == 3 ? 0x103 : 0;  // left, right, and one in the back
          for (std::size_t c = 0; c < channels; ++c) {
            clean.channels.push_back(hum(length, at));
            noisy.channels.push_back(sum(clean.channels[c], hiss(length, 10 + c)));
          }
          unfurl::audio::write(in, noisy);
          const Outcome offline = run({"enhance", out, in, whole, "--threads", "2"}, task);
          REQUIRE(offline.status == 0);
          REQUIRE(run({"enhance", out, in, stream, "--stream", "--threads", "1"}, task).status == 0);
          CHECK(contents(stream) == contents(whole));
          const auto enhanced = unfurl::audio::read_all_channels(whole);
          CHECK(enhanced.rate == at);
          CHECK(enhanced.speakers == noisy.speakers);
          REQUIRE(enhanced.channels.size() == channels);
          for (std::size_t c = 0; c < channels; ++c) {
            REQUIRE(enhanced.channels[c].size() == length);
            if (length > 1000)
              CHECK(squared(enhanced.channels[c], clean.channels[c]) <
                    0.5 * squared(noisy.channels[c], clean.channels[c]));
          }
        }
  }

  TEST_CASE("enhance: sound whose length nobody put down is enhanced whole, with a warning") {
    const Folder folder;
    const std::string out = folder / "run", in = folder / "in.wav";
    REQUIRE(run({"train", "hum", "--epochs", "0", "-o", out}, task).status == 0);
    unfurl::audio::write(in, unfurl::audio::Signal{hum(5000), rate});
    std::string bytes = contents(in);
    bytes.replace(4, 4, 4, '\0').replace(40, 4, 4, '\0');
    std::ofstream(in, std::ios::binary) << bytes;
    const Outcome outcome = run({"enhance", out, in, folder / "o.wav"}, task);
    CHECK(outcome.status == 0);
    CHECK(holds(outcome.error, "unfurl: warning: "));
    CHECK(holds(outcome.error, "all 10000 bytes are read"));
    CHECK(unfurl::audio::read(folder / "o.wav").samples.size() == 5000);
  }

  TEST_CASE("enhance: says what it did, how fast, and with --stream how late") {
    const Folder folder;
    const std::string out = folder / "run", in = folder / "in.flac";
    REQUIRE(run({"train", "hum", "--epochs", "0", "-o", out}, task).status == 0);
    unfurl::audio::write(in, unfurl::audio::Recording{{hum(16000), hum(16000)}, rate});
    const Outcome offline = run({"enhance", out, in, folder / "o.wav"}, task);
    CHECK(holds(offline.out, "o.wav: 2.00 s of sound, 2 channels, 8000 Hz, "));
    CHECK(holds(offline.out, " times faster than real time\n"));
    CHECK_FALSE(holds(offline.out, "latency"));
    CHECK(offline.error.empty());
    const Outcome stream = run({"enhance", out, in, folder / "o.flac", "--stream"}, task);
    CHECK(holds(
        stream.out,
        "latency 8.0 ms: 8.0 ms for window and look-ahead, 0.0 ms for resampling; and up to 4 ms until a "
        "block is full\n"));
    CHECK(holds(stream.out, " ms for a frame of 4 ms, at most "));
    unfurl::audio::write(in, unfurl::audio::Signal{hum(16000), 16000});
    const Outcome other = run({"enhance", out, in, folder / "p.flac", "--stream"}, task);
    CHECK(holds(other.out, ": 8.0 ms for window and look-ahead, "));
    CHECK_FALSE(holds(other.out, " 0.0 ms for resampling"));
  }

  TEST_CASE("enhance: the whole file is scaled where it would clip, and the command says so") {
    const Folder folder;
    const std::string out = folder / "run", in = folder / "in.wav";
    REQUIRE(run({"train", "chain", "--epochs", "0", "-o", out}, {.audio = true}).status == 0);
    std::vector<float> loud = hum(rate);
    for (float& x : loud) x = std::clamp(3 * x, -0.9F, 0.9F);
    unfurl::audio::write(in, unfurl::audio::Signal{loud, rate});
    CHECK_FALSE(holds(run({"enhance", out, in, folder / "half.wav"}, {.audio = true}).out, "clips"));
    const Outcome same = run({"enhance", out, in, folder / "full.wav"}, {.audio = true, .level = 2.0F});
    CHECK(holds(same.out, ", scaled by 0.55"));
    const auto full = unfurl::audio::read(folder / "full.wav").samples;
    CHECK(*std::max_element(full.begin(), full.end()) > 0.999F);
  }
}
