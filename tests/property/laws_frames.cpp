// Samples of consecutive frames: each frame is inferred as plain loops do, from its neighbours and from the last frame.
#include <doctest/doctest.h>

#include "models/speech/losses.hpp"
#include "property/laws.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int bins = 6, atoms = 3, width = 3, layers = 4;  // one frame before and one after

/// Non-negative activations of a stack of frames, started from the last frame's.
struct Carried {
  Model model{"carried"};
  naive::Matrix w, u;
  naive::Vector level;

  Carried() {
    Random random(61);
    w = {width * bins, atoms, exact_floats(random, width * bins * atoms, 0.1, 1)};
    u = {atoms, atoms, exact_floats(random, atoms * atoms, 0, 0.5)};
    level = exact_floats(random, atoms, 0.1, 1);
    const auto v = model.observed("V", {bins}, nonneg);
    const auto h = model.latent("H", {atoms}, nonneg);
    const auto W = model.param("W", matrix(width * bins, atoms), w.entries, nonneg);
    model.factor("fit", KL{context(v, 1, 1), W * h});
    model.factor("sparse", L1{0.3, h});
    model.start(h, model.param("U", matrix(atoms, atoms), u.entries, nonneg) * previous(h) +
                       model.param("level", vector(atoms), level, nonneg) * mean(v));
    model.readout("present", cwise(v, rows_of(W, bins, bins) * h));
  }

  /// Activations of frame after frame.
  std::vector<naive::Vector> loops(const naive::Vector& v, naive::Vector h, int frames) const {
    std::vector<naive::Vector> all;
    for (int f = 0; f < frames; ++f) {
      double sum = 0;
      for (int i = 0; i < bins; ++i) sum += v[at((f + 1) * bins + i)];
      h = naive::multiply(u, h);
      for (int k = 0; k < atoms; ++k) h[at(k)] += level[at(k)] * sum / bins;
      for (int n = 0; n < layers; ++n) {
        const naive::Vector l = naive::multiply(w, h);
        double floor = 0;
        for (int i = 0; i < width * bins; ++i) floor += 1e-8 * v[at(f * bins + i)] / (width * bins);
        naive::Vector next = h;
        for (int k = 0; k < atoms; ++k) {
          double up = 0.3, down = 0;
          for (int i = 0; i < width * bins; ++i) {
            up += w(i, k);
            down += w(i, k) * v[at(f * bins + i)] / (l[at(i)] + floor);
          }
          next[at(k)] = h[at(k)] * down / up;
        }
        h = next;
      }
      all.push_back(h);
    }
    return all;
  }

  Dataset data(int frames, int samples) const {
    Random random(62);
    const int rows = (frames + width - 1) * bins;
    Dataset d;
    d.add("V", 1, rows, as_floats(exact_floats(random, samples * rows, 0.01, 2)));
    d.add("H.previous", 1, atoms, as_floats(exact_floats(random, samples * atoms, 0, 1)));
    return d;
  }
};

}  // namespace

TEST_CASE("frames are inferred as by plain loops, each from the last, and one by one as together") {
  const Carried c;
  const int frames = 5, samples = 4;
  const Dataset data = c.data(frames, samples);
  const Network together = unroll(c.model, MultiplicativeUpdate{}, layers).frames(frames).compile();
  const Network one = together.frames(1);
  const Numbers results = run_double(together, data);
  const auto entry = [&](const std::string& name, int row, int sample) {
    return results.at(name + "@" + std::to_string(layers))[at(row * samples + sample)];
  };
  for (int s = 0; s < samples; ++s) {
    const naive::Vector v = sample_of(data, "V", s);
    naive::Vector h = sample_of(data, "H.previous", s);
    const auto expected = c.loops(v, h, frames);
    Numbers leaves = leaves_of(one, c.data(1, 1));
    for (int f = 0; f < frames; ++f) {
      for (int k = 0; k < atoms; ++k)
        CHECK(std::abs(entry("H", f * atoms + k, s) - expected[at(f)][at(k)]) < 1e-12);
      const auto first = v.begin() + f * bins;
      leaves.at("V").assign(first, first + width * bins);
      leaves.at("H.previous") = h;
      const Numbers alone = evaluate<double>(program_of(one), leaves, 1);
      h = alone.at("H@" + std::to_string(layers));
      for (int k = 0; k < atoms; ++k) CHECK(std::abs(h[at(k)] - entry("H", f * atoms + k, s)) < 1e-13);
      for (int i = 0; i < bins; ++i)
        CHECK(std::abs(alone.at("present@" + std::to_string(layers))[at(i)] -
                       entry("present", f * bins + i, s)) < 1e-13);
    }
  }
}

TEST_CASE("gradients through frames equal differences, and another number of frames keeps the parameters") {
  const Carried c;
  Network network = unroll(c.model, MultiplicativeUpdate{}, 2).untie("W").frames(4).compile();
  network.parameter("level").values[0] = 0.75;
  Dataset data = c.data(4, 3);
  Random random(63);
  data.add("target", 1, 4 * bins, as_floats(exact_floats(random, 3 * 4 * bins, 0, 2)));
  for (const GradientCheck& g :
       check_gradients(network, loss::squared_error("present", "target"), data, 12, 1e-6)) {
    INFO(g.parameter << " " << g.largest_error);
    CHECK(g.passed);
  }
  CHECK(network.frames(2).parameter("level").values[0] == 0.75);
  CHECK(network.frames(2).unrolled().signature.inputs[0].type.rows == (2 + width - 1) * bins);
}

TEST_CASE("proximal steps start warm, too") {
  const int rows = 5, columns = 4;
  Random random(64);
  const naive::Matrix a{rows, columns, exact_floats(random, rows * columns, -1, 1)};
  Model m("warm");
  const auto b = m.observed("b", {rows});
  const auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{b, m.param("A", matrix(rows, columns), a.entries) * x});
  m.start(x, 0.5 * previous(x));
  Dataset data;
  data.add("b", 1, rows, as_floats(exact_floats(random, rows, -1, 1)));
  data.add("x.previous", 1, columns, as_floats(exact_floats(random, columns, -1, 1)));
  Network network = unroll(m, ProximalGradient{}, 1).compile();
  const double step = network.parameter("ista.step").values[0];
  naive::Vector expected = sample_of(data, "x.previous", 0);
  for (double& e : expected) e /= 2;
  naive::Vector residual = naive::multiply(a, expected);
  for (int i = 0; i < rows; ++i) residual[at(i)] -= sample_of(data, "b", 0)[at(i)];
  const naive::Vector slope = naive::multiply_transposed(a, residual);
  for (int j = 0; j < columns; ++j) expected[at(j)] -= step * slope[at(j)];
  CHECK(difference(run_double(network, data).at("x@1"), expected) < 1e-13);
}

void check_waveforms(int transform) {
  FrameShape shape{.window = 32, .hop = 12, .fft = transform, .frames = 6, .waveform = true};
  Random random(65);
  std::vector<float> speech, noise;
  for (int i = 0; i < 300; ++i) {
    speech.push_back(static_cast<float>(std::sin(0.31 * i) * (1 + 0.5 * std::sin(0.05 * i))));
    noise.push_back(static_cast<float>(random.normal()));
  }
  const audio::Mixture noisy = audio::mix(speech, noise, 0, 0);
  const auto loss_of = [&](const audio::Mixture& mixture, double gain) {
    Model m("mask");
    const auto v = m.observed("V", {shape.bins()}, nonneg);
    const auto h = m.latent("H", {2}, nonneg);
    m.factor("fit", KL{v, m.param("W", matrix(shape.bins(), 2), 1, nonneg) * h});
    m.readout("speech", cwise(m.param("g", vector(shape.bins()), gain, nonneg), v));
    const Network network = unroll(m, MultiplicativeUpdate{}, 1).frames(shape.frames).compile();
    const Dataset data = frame_samples({mixture}, shape);
    if (&mixture == &noisy)  // at the speech itself the gradient vanishes, and differences are rounding
      for (const GradientCheck& g : check_gradients(network, loss::si_sdr("speech", shape), data, 17, 1e-5)) {
        INFO(g.parameter << " " << g.largest_error);
        CHECK(g.passed);
      }
    return evaluate_loss(network, loss::si_sdr("speech", shape), data);
  };
  audio::Mixture clean = noisy;
  clean.mixture = clean.clean;
  const double good = loss_of(clean, 1), louder = loss_of(clean, 3), bad = loss_of(noisy, 1);
  CHECK(good < -7);  // 30 dB in nats; the loss ends at 40
  CHECK(std::abs(louder - good) < 0.05);
  CHECK(std::abs(bad) < 1.5);  // 0 dB
}

TEST_CASE("the SI-SDR of waveforms has the right gradient, and is least for the speech itself") {
  check_waveforms(0);
  check_waveforms(50);
}

}  // namespace unfurl::test

TEST_SUITE_END();
