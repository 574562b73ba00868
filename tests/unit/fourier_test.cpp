// Fourier transforms of any extents: against an independent transform, back again, and sample by sample.
#include "unfurl/extend/fourier.hpp"

#include <doctest/doctest.h>

#include <complex>
#include <kissfft/kissfft.hh>
#include <limits>
#include <numbers>

#include "passes/passes.hpp"
#include "property/laws.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Complex = std::complex<double>;

/// All outputs of the transform of "x" and of what comes back.
ir::Graph there_and_back(const ir::Fourier& f, int planes = 1) {
  ir::Graph graph;
  ir::Builder b(graph);
  const ir::Value spectrum = ir::fourier(b, b.input("x", {planes, f.entries(), true}), f);
  graph.outputs = {{"spectrum", spectrum}, {"back", ir::inverse_fourier(b, spectrum, f)}};
  return graph;
}

/// Half the spectrum of an image by kissfft, along rows and then columns.
std::vector<Complex> by_kissfft(const std::vector<double>& x, const ir::Fourier& f) {
  const auto height = at(f.height), width = at(f.width), half = width / 2 + 1;
  const kissfft<double> rows(width, false), columns(height, false);
  std::vector<Complex> image(half * height), in(std::max(height, width)), out(in.size());
  for (std::size_t r = 0; r < height; ++r) {
    std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(r * width), width, in.begin());
    rows.transform(in.data(), out.data());
    std::copy_n(out.begin(), half, image.begin() + static_cast<std::ptrdiff_t>(r * half));
  }
  for (std::size_t c = 0; c < half; ++c) {
    for (std::size_t r = 0; r < height; ++r) in[r] = image[r * half + c];
    columns.transform(in.data(), out.data());
    for (std::size_t r = 0; r < height; ++r) image[r * half + c] = out[r];
  }
  return image;
}

std::vector<ir::Fourier> extents() {
  std::vector<ir::Fourier> list;
  for (int n = 1; n <= 34; ++n) list.push_back({1, n});
  for (const int n : {49, 64, 97, 121, 210, 360, 512, 994, 1001, 1024, 4096}) list.push_back({1, n});
  for (const auto& [h, w] :
       {std::pair(2, 2), {3, 5}, {5, 3}, {7, 8}, {8, 7}, {16, 24}, {28, 28}, {31, 1}, {45, 50}})
    list.push_back({h, w});
  return list;
}

}  // namespace

TEST_CASE("the transform is kissfft's, and its inverse restores the array") {
  for (const ir::Fourier& f : extents()) {
    INFO(f.height, " x ", f.width);
    const int samples = 19, n = f.entries();
    Random random(3);
    const std::vector<double> x = exact_floats(random, n * samples, -1, 1);
    const Numbers results = evaluate<double>(there_and_back(f), {{"x", x}}, samples);
    const Numbers single = evaluate<float>(there_and_back(f), {{"x", x}}, samples);
    CHECK(difference(results.at("back"), x) < 1e-14);
    CHECK(difference(single.at("back"), x) < 2e-6);
    const std::vector<double>& spectrum = results.at("spectrum");
    CHECK(difference(single.at("spectrum"), spectrum) < 1e-6);
    for (const int s : {0, 7, samples - 1}) {
      std::vector<double> mine;
      for (int i = 0; i < n; ++i) mine.push_back(x[at(i * samples + s)]);
      const std::vector<Complex> expected = by_kissfft(mine, f);
      double most = 0, size = 1;
      for (int k = 0; k < f.frequencies(); ++k) {
        const Complex found(spectrum[at(k * samples + s)], spectrum[at((f.frequencies() + k) * samples + s)]);
        most = std::max(most, std::abs(found - expected[at(k)]));
        size = std::max(size, std::abs(expected[at(k)]));
      }
      CHECK(most < 1e-13 * size);
    }
  }
}

TEST_CASE("a sample's transform does not depend on its neighbours, on planes or on threads") {
  const ir::Fourier f{6, 10};
  const int samples = 21, n = f.entries();
  Random random(5);
  std::vector<double> x = exact_floats(random, n * samples, -1, 1);
  const Numbers all = evaluate<float>(there_and_back(f), {{"x", x}}, samples);
  const Numbers parallel = evaluate<float>(there_and_back(f), {{"x", x}}, samples, 3);
  CHECK(all.at("back") == parallel.at("back"));
  for (int i = 0; i < n; ++i) x[at(i * samples + 4)] = 1e30 * (i % 2);
  const Numbers other = evaluate<float>(there_and_back(f), {{"x", x}}, samples);
  for (std::size_t i = 0; i < all.at("spectrum").size(); ++i)
    if (i % samples != 4) CHECK(all.at("spectrum")[i] == other.at("spectrum")[i]);

  std::vector<double> planes = x;
  planes.insert(planes.end(), x.begin(), x.end());
  const Numbers twice = evaluate<float>(there_and_back(f, 2), {{"x", planes}}, samples);
  std::vector<double> both = other.at("back");
  both.insert(both.end(), other.at("back").begin(), other.at("back").end());
  CHECK(twice.at("back") == both);
}

TEST_CASE("the unitary transform is the sum that defines it, and its inverse its adjoint") {
  for (const auto& f : {ir::Fourier{1, 1}, {1, 2}, {1, 5}, {1, 64}, {3, 1}, {4, 3}, {5, 6}}) {
    INFO(f.height, " x ", f.width);
    const int samples = 3, n = f.entries();
    ir::Graph graph;
    ir::Builder b(graph);
    const ir::Type pair{1, 2 * n, true};
    const ir::Value z = b.input("z", pair), u = ir::unitary_fourier(b, z, f);
    const ir::Value adjoint = ir::gradient(b, {{u, b.input("y", pair)}}, {z})[0];
    graph.outputs = {{"u", u},
                     {"back", ir::inverse_unitary_fourier(b, u, f)},
                     {"inverse", ir::inverse_unitary_fourier(b, b.input("y", pair), f)},
                     {"adjoint", adjoint}};
    Random random(7);
    const std::vector<double> x = exact_floats(random, 2 * n * samples, -1, 1),
                              y = exact_floats(random, 2 * n * samples, -1, 1);
    const Numbers results = evaluate<double>(graph, {{"z", x}, {"y", y}}, samples);
    CHECK(difference(results.at("back"), x) < 1e-14);
    CHECK(difference(results.at("inverse"), results.at("adjoint")) < 1e-14);
    double most = 0;
    for (int s = 0; s < samples; ++s)
      for (int k = 0; k < n; ++k) {
        Complex sum = 0;
        for (int j = 0; j < n; ++j) {
          const int down = (k / f.width) * (j / f.width), along = (k % f.width) * (j % f.width);
          const double turns = 1.0 * down / f.height + 1.0 * along / f.width;
          sum += Complex(x[at(j * samples + s)], x[at((n + j) * samples + s)]) *
                 std::polar(1 / std::sqrt(n), -2 * std::numbers::pi * turns);
        }
        const std::vector<double>& found = results.at("u");
        most = std::max(
            most, std::abs(sum - Complex(found[at(k * samples + s)], found[at((n + k) * samples + s)])));
      }
    CHECK(most < 1e-13);
  }
}

TEST_CASE("targets without the transform get products with its matrix") {
  for (const int planes : {1, 3}) {
    const ir::Fourier f{3, 4};
    const auto has = [](const ir::Operation& op) {
      return op.name != "fourier" && op.name != "fourier_transpose";
    };
    const ir::Graph lowered = ir::lower(there_and_back(f, planes), {"products", has});
    Random random(5);
    const Numbers leaves = {{"x", exact_floats(random, planes * 12 * 2, -1, 1)}};
    const Numbers expected = evaluate<double>(there_and_back(f, planes), leaves, 2),
                  found = evaluate<double>(lowered, leaves, 2);
    CHECK(difference(found.at("spectrum"), expected.at("spectrum")) < 1e-14);
    CHECK(difference(found.at("back"), expected.at("back")) < 1e-14);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
