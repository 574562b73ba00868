// What the chapter on audio works on: a second of a tone and one of noise, and how far one sound is above what another has besides.
#pragma once

#include <unfurl/audio_stream.hpp>
#include <unfurl/data.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

inline std::vector<float> tone() {
  std::vector<float> samples(16000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = 0.3F * std::sin(0.2F * static_cast<float>(i));
  return samples;
}

inline std::vector<float> noise() {
  unfurl::Random random(1);
  std::vector<float> samples(16000);
  for (float& v : samples) v = 0.2F * static_cast<float>(random.normal());
  return samples;
}

/// Signal to noise ratio in dB of `sound`, in which `clean` is the signal.
inline double ratio(const std::vector<float>& clean, const std::vector<float>& sound) {
  double signal = 0, rest = 0;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    signal += std::pow(clean[i], 2);
    rest += std::pow(sound[i] - clean[i], 2);
  }
  return 10 * std::log10(signal / rest);
}

/// Hands an enhancer the tone in noise, a few samples at a time, and prints what becomes of it.
inline void report(unfurl::audio::Enhancer& enhancer) {
  const std::vector<float> clean = tone(), hiss = noise();
  std::vector<float> noisy = clean, out;
  for (std::size_t i = 0; i < noisy.size(); ++i) noisy[i] += hiss[i];
  for (std::size_t i = 0; i < noisy.size(); i += 100)
    for (const float v : enhancer.push(std::span(noisy).subspan(i, 100))) out.push_back(v);
  for (const float v : enhancer.finish()) out.push_back(v);
  std::printf("%.1f dB before, %.1f dB after, %d samples of latency\n", ratio(clean, noisy),
              ratio(clean, out), enhancer.latency());
}
