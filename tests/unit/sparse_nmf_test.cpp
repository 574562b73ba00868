// Fitting of dictionaries: the objective falls, columns have norm one, and atoms that are fixed stay.
#include "unfurl/sparse_nmf.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "unfurl/error.hpp"

using namespace unfurl;
using doctest::Contains;

namespace {

constexpr int rows = 12, speech = 3, noise = 2, columns = speech + noise, frames = 300;

/// Random atoms of norm one, [rows, count], each with a few large entries.
std::vector<double> atoms(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> w;
  for (int i = 0; i < rows * count; ++i) w.push_back(std::pow(random.uniform(), 4) + 1e-3);
  for (int k = 0; k < count; ++k) {
    double norm = 0;
    for (int row = 0; row < rows; ++row) norm += std::pow(w[static_cast<std::size_t>(row * count + k)], 2);
    for (int row = 0; row < rows; ++row) w[static_cast<std::size_t>(row * count + k)] /= std::sqrt(norm);
  }
  return w;
}

std::vector<double> side_by_side(const std::vector<double>& s, const std::vector<double>& n) {
  std::vector<double> both;
  for (int row = 0; row < rows; ++row) {
    both.insert(both.end(), s.begin() + row * speech, s.begin() + (row + 1) * speech);
    both.insert(both.end(), n.begin() + row * noise, n.begin() + (row + 1) * noise);
  }
  return both;
}

/// Frames that the dictionary explains, with a few active atoms each.
Samples mixture(const std::vector<double>& w) {
  Random random(5);
  Samples v{1, rows, {}};
  for (int f = 0; f < frames; ++f) {
    std::vector<double> h;
    for (int k = 0; k < columns; ++k) h.push_back(20 * std::pow(random.uniform(), 5));
    for (int row = 0; row < rows; ++row) {
      double sum = 0;
      for (int k = 0; k < columns; ++k)
        sum += w[static_cast<std::size_t>(row * columns + k)] * h[static_cast<std::size_t>(k)];
      v.values.push_back(static_cast<float>(sum));
    }
  }
  return v;
}

/// The largest cosine between atom `which` of the noise and any atom of `found` from the first free one on.
double likeness(const std::vector<double>& found, const std::vector<double>& truth, int which) {
  double best = 0;
  for (int k = speech; k < columns; ++k) {
    double product = 0;
    for (int row = 0; row < rows; ++row)
      product += found[static_cast<std::size_t>(row * columns + k)] *
                 truth[static_cast<std::size_t>(row * noise + which)];
    best = std::max(best, product);
  }
  return best;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("sparse NMF: the objective never rises, and columns have norm one") {
    for (const double beta : {0.5, 1.0, 2.0}) {
      CAPTURE(beta);
      const Samples v = mixture(side_by_side(atoms(speech, 1), atoms(noise, 2)));
      const Dictionary d =
          fit_dictionary(v, {.rank = columns, .beta = beta, .sparsity = 0.1, .iterations = 60});
      for (std::size_t i = 1; i < d.objective.size(); ++i)
        CHECK(d.objective[i] <= d.objective[i - 1] + 1e-4 * std::abs(d.objective[i - 1]));
      for (int k = 0; k < columns; ++k) {
        double norm = 0;
        for (int row = 0; row < rows; ++row)
          norm += std::pow(d.W[static_cast<std::size_t>(row * columns + k)], 2);
        CHECK(norm == doctest::Approx(1).epsilon(1e-5));
      }
    }
  }

  TEST_CASE("sparse NMF: the unit of the frames does not matter") {
    Random random(3);
    Samples frames{1, rows, {}};
    for (int i = 0; i < rows * 60; ++i) frames.values.push_back(static_cast<float>(0.1 + random.uniform()));
    frames.values[17] = 0;
    for (const double beta : {-1.0, 0.0, 0.5, 1.0, 2.0, 3.0})
      for (const double sparsity : {0.0, 0.1}) {
        const auto fitted = [&](double unit) {
          Samples scaled = frames;
          for (float& v : scaled.values) v = static_cast<float>(v * unit);
          return fit_dictionary(scaled, {.rank = 4,
                                         .beta = beta,
                                         .sparsity = sparsity * std::pow(unit, beta - 1),
                                         .iterations = 20,
                                         .threads = 1});
        };
        const Dictionary truth = fitted(1);
        for (std::size_t i = 1; i < truth.objective.size(); ++i)
          CHECK(truth.objective[i] <= truth.objective[i - 1] * (1 + 1e-5));
        CHECK(truth.objective.back() < 0.95 * truth.objective.front());
        for (const double unit : {1e-30, 1e-15, 1e-12, 1e-6, 1e6, 1e10, 1e15, 1e30}) {
          CAPTURE(beta);
          CAPTURE(unit);
          const Dictionary d = fitted(unit);
          for (std::size_t i = 0; i < truth.objective.size(); ++i)
            REQUIRE(d.objective[i] / std::pow(unit, beta) ==
                    doctest::Approx(truth.objective[i]).epsilon(1e-3));
          for (std::size_t i = 0; i < truth.W.size(); ++i) REQUIRE(std::abs(d.W[i] - truth.W[i]) < 0.02);
        }
        const Dictionary twice = fitted(0x1p40);  // rounds nothing
        CHECK(twice.W == truth.W);
      }
  }

  TEST_CASE("sparse NMF: nothing turns into NaN silently") {
    const float most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
    const std::vector<std::vector<float>> frames = {
        {0, 0, 0, 0}, {1, 0, 0, 0}, {most, most, most, most}, {least, least, 0, least}, {most, least, 1, 0}};
    for (const double beta : {-8.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 40.0})
      for (const double sparsity : {0.0, 5.0, 1e30})
        for (const auto& values : frames) {
          CAPTURE(beta);
          CAPTURE(sparsity);
          CAPTURE(values[0]);
          try {
            const Dictionary d = fit_dictionary(
                {1, 2, values},
                {.rank = 3, .beta = beta, .sparsity = sparsity, .iterations = 30, .threads = 1});
            for (const double w : d.W) CHECK(std::isfinite(w));
            for (const double o : d.objective) CHECK(std::isfinite(o));
          } catch (const Error& error) {
            CHECK_FALSE(error.mend().empty());
          }
        }
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {std::nan(""), infinity, -infinity}) {
      CHECK_THROWS_WITH_AS(fit_dictionary({1, 2, {1, 2}}, {.beta = bad}), Contains("beta"), DataError);
      CHECK_THROWS_AS(fit_dictionary({1, 2, {1, 2}}, {.sparsity = bad}), DataError);
    }
  }

  TEST_CASE("sparse NMF: known atoms stay to the bit while the unknown ones are found in the mixture") {
    const std::vector<double> known = atoms(speech, 1), unknown = atoms(noise, 2), wrong = atoms(noise, 77);
    std::vector<double> start = side_by_side(known, wrong);
    for (double& entry : start) entry = static_cast<float>(entry);
    for (int row = 0; row < rows; ++row)
      start[static_cast<std::size_t>(row * columns)] *= 2;  // need not have norm one
    const Dictionary d = fit_dictionary(
        mixture(side_by_side(known, unknown)),
        {.rank = columns, .sparsity = 0.01, .iterations = 500, .start = start, .fixed = speech});
    for (int row = 0; row < rows; ++row)
      for (int k = 0; k < speech; ++k)
        REQUIRE(d.W[static_cast<std::size_t>(row * columns + k)] ==
                start[static_cast<std::size_t>(row * columns + k)]);
    for (int which = 0; which < noise; ++which) {
      CAPTURE(which);
      CHECK(likeness(start, unknown, which) < 0.9);
      CHECK(likeness(d.W, unknown, which) > 0.98);
    }
  }

  TEST_CASE("sparse NMF: a start that does not fit is refused") {
    const Samples v = mixture(side_by_side(atoms(speech, 1), atoms(noise, 2)));
    CHECK_THROWS_WITH_AS(fit_dictionary(v, {.rank = columns, .fixed = 1}), Contains("no dictionary"),
                         DataError);
    CHECK_THROWS_WITH_AS(fit_dictionary(v, {.rank = columns, .start = {1, 2}}), Contains("2 entries"),
                         DataError);
    std::vector<double> start(rows * columns, 1);
    CHECK_THROWS_WITH_AS(fit_dictionary(v, {.rank = columns, .start = start, .fixed = columns + 1}),
                         Contains("6 fixed atoms"), DataError);
    start[3] = -1;
    CHECK_THROWS_WITH_AS(fit_dictionary(v, {.rank = columns, .start = start}), Contains("-1"), DataError);
  }
}
