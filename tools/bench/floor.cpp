/// What this machine can do at best, by one thread or more at once, as a line of JSON: tools/bench/compare holds its rows against
/// sums of these.
#include <omp.h>

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "core/packet.hpp"
#ifdef UNFURL_WITH_SLEEF
#include <sleef.h>
#endif

namespace {

namespace packet = unfurl::packet;
using Lane = packet::Packet<float>;
using Floats = std::vector<float, Eigen::aligned_allocator<float>>;

constexpr std::ptrdiff_t lanes = packet::size<float>;
constexpr std::ptrdiff_t numbers = 4096;  // as many as stay in the first cache

/// Seconds of one of `times` calls by every thread, the least of five rounds.
template <class F>
double seconds_of(int threads, int times, F f) {
  double least = 1e9;
  for (int round = 0; round < 5; ++round) {
    double longest = 0;
#pragma omp parallel num_threads(threads) reduction(max : longest)
    {
      f(1);
#pragma omp barrier
      const auto start = std::chrono::steady_clock::now();
      f(times);
      longest = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    least = std::min(least, longest / times);
  }
  return least;
}

/// Independent multiplications that are added up, in registers alone: how many a second, by all threads.
double multiply_adds(int threads) {
  constexpr int chains = 10, steps = 2000;
  const double seconds = seconds_of(threads, 200, [](int times) {
    Lane sum[chains] = {}, a = packet::constant(0.5F), b = packet::constant(0.25F);
    for (Lane& s : sum) __asm__ volatile("" : "+v"(s));  // not known to be alike
    for (int t = 0; t < times * steps; ++t) {
      __asm__ volatile("" : "+v"(a), "+v"(b));
      for (Lane& s : sum) s = s * a + b;
    }
    for (Lane& s : sum) __asm__ volatile("" : "+v"(s));
  });
  return threads * static_cast<double>(chains) * steps * lanes / seconds;
}

/// Seconds a number of `one(from, to)`, which maps `numbers` of them, divided by the threads that do so at once.
template <class F>
double each(int threads, float lowest, float highest, F one) {
  Floats from(static_cast<std::size_t>(numbers * threads)), to(from.size());
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> draw(lowest, highest);
  for (float& v : from) v = draw(random);
  const double seconds = seconds_of(threads, 300, [&](int times) {
    const std::ptrdiff_t first = omp_get_thread_num() * numbers;
    for (int t = 0; t < times; ++t) {
      one(from.data() + first, to.data() + first);
      __asm__ volatile("" : : "r"(to.data()) : "memory");
    }
  });
  return seconds / numbers / threads;
}

template <class F>
auto by_packets(F f) {
  return [f](const float* from, float* to) {
    for (std::ptrdiff_t i = 0; i < numbers; i += lanes) packet::store(to + i, f(packet::load(from + i)));
  };
}
template <class F>
auto by_eigen(F f) {
  return [f](const float* from, float* to) {
    using Numbers = Eigen::Array<float, Eigen::Dynamic, 1>;
    Eigen::Map<Numbers, Eigen::Aligned64>(to, numbers) =
        f(Eigen::Map<const Numbers, Eigen::Aligned64>(from, numbers));
  };
}

/// The fastest of several that do the same.
nlohmann::json fastest(const std::vector<std::pair<const char*, double>>& all) {
  nlohmann::json j;
  double least = 1e9;
  for (const auto& [name, seconds] : all) {
    j["of"][name] = seconds;
    least = std::min(least, seconds);
  }
  j["seconds"] = least;
  return j;
}

/// Bytes a second that are read, and as many written, by copying an array of so many bytes, of which every thread has its part.
double copied(int threads, std::size_t bytes) {
  const std::size_t part = std::max<std::size_t>(bytes / static_cast<std::size_t>(threads), 4096);
  std::vector<std::vector<char>> from(static_cast<std::size_t>(threads), std::vector<char>(part, 1)),
      to = from;
  const int times = static_cast<int>(std::clamp<std::size_t>((64U << 20U) / part, 2, 4000));
  const double seconds = seconds_of(threads, times, [&](int t) {
    const auto mine = static_cast<std::size_t>(omp_get_thread_num());
    for (; t > 0; --t) {
      std::copy(from[mine].begin(), from[mine].end(), to[mine].begin());
      __asm__ volatile("" : : "r"(to[mine].data()) : "memory");
    }
  });
  return static_cast<double>(part) * threads / seconds;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 1;
  std::vector<std::size_t> bytes{1U << 15U, 1U << 18U, 1U << 20U, 1U << 22U, 1U << 24U, 1U << 27U};
  CLI::App app("Measures what the machine can do at best");
  app.add_option("--threads", threads);
  app.add_option("--bytes", bytes, "arrays to copy");
  CLI11_PARSE(app, argc, argv);

  nlohmann::json j{{"threads", threads}, {"multiply_adds_a_second", multiply_adds(threads)}};
  const auto own = [&](float lowest, float highest, auto f) {
    return std::pair{"own", each(threads, lowest, highest, by_packets(f))};
  };
  const auto eigen = [&](float lowest, float highest, auto f) {
    return std::pair{"Eigen", each(threads, lowest, highest, by_eigen(f))};
  };
  std::vector<std::pair<const char*, double>> exponential{
      own(-20, 20, [](Lane x) { return packet::exp<float>(x); }),
      own(-20, 0, [](Lane x) { return packet::exp_of_negative<float>(x); }),
      eigen(-20, 20, [](const auto& x) { return x.exp(); })};
  exponential[1].first = "own, of negative numbers";
  std::vector<std::pair<const char*, double>> logarithm{
      own(0.1F, 20, [](Lane x) { return packet::log<float>(x); }),
      eigen(0.1F, 20, [](const auto& x) { return x.log(); })};
  std::vector<std::pair<const char*, double>> tangent{
      own(-3, 3, [](Lane x) { return packet::tanh<float>(x); }),
      eigen(-3, 3, [](const auto& x) { return x.tanh(); })};
#ifdef UNFURL_WITH_SLEEF
  const auto sleef = [&](float lowest, float highest, auto f) {
    return std::pair{"SLEEF", each(threads, lowest, highest, by_packets(f))};
  };
  exponential.push_back(sleef(-20, 20, [](Lane x) { return Lane(Sleef_expf16_u10(x)); }));
  logarithm.push_back(sleef(0.1F, 20, [](Lane x) { return Lane(Sleef_logf16_u10(x)); }));
  tangent.push_back(sleef(-3, 3, [](Lane x) { return Lane(Sleef_tanhf16_u10(x)); }));
#endif
  j["exponential"] = fastest(exponential);
  j["logarithm"] = fastest(logarithm);
  j["tangent"] = fastest(tangent);
  j["division"] = fastest(
      {own(1, 20, [](Lane x) { return 1.5F / x; }), eigen(1, 20, [](const auto& x) { return 1.5F / x; })});
  for (const std::size_t b : bytes)
    j["copies"].push_back({{"bytes", b}, {"bytes_a_second", copied(threads, b)}});
  std::cout << j << "\n";
  return 0;
}
