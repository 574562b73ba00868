// Decoders against curves that others simulated, and exact rates that others enumerated.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "reference/reference_data.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/decoding.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

struct Point {
  int iterations = 100;
  double ebn0 = 0;
  std::int64_t words = 0, word_errors = 0;
  double rate() const { return static_cast<double>(word_errors) / static_cast<double>(words); }
};

/// Rows of a table whose first column may be the number of iterations.
std::vector<Point> read_points(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  const bool iterations = line.starts_with("iterations");
  std::vector<Point> points;
  while (std::getline(in, line)) {
    std::istringstream text(line);
    std::vector<double> cells;
    for (std::string cell; std::getline(text, cell, ',');) cells.push_back(std::stod(cell));
    const std::size_t first = iterations ? 1 : 0;
    points.push_back({iterations ? static_cast<int>(cells[0]) : 100, cells[first],
                      static_cast<std::int64_t>(cells[first + 1]),
                      static_cast<std::int64_t>(cells[first + 3])});
  }
  return points;
}

/// How many standard deviations apart two counts are, if their rates are one.
double distance(const Point& a, const ErrorCounts& b) {
  const double n = static_cast<double>(a.words), m = static_cast<double>(b.words);
  const double pooled = static_cast<double>(a.word_errors + b.word_errors) / (n + m);
  const double variance = pooled * (1 - pooled) * (1 / n + 1 / m);
  return variance == 0 ? 0 : std::abs(a.rate() - b.word_error_rate()) / std::sqrt(variance);
}

void compare(const std::filesystem::path& folder, const char* code_name, const char* curve, UpdateOrder order,
             double least, const std::vector<int>& iterations) {
  const Code code = read_code(folder / code_name);
  int inside = 0, all = 0;
  for (const Point& p : read_points(folder / curve)) {
    if (p.rate() < least || std::find(iterations.begin(), iterations.end(), p.iterations) == iterations.end())
      continue;
    DecodingRule rule;
    rule.order = order;
    rule.iterations = p.iterations;
    // The simulated curves are those of 16 words in a register, which stop together.
    Decoder decoder(code.checks, unroll(code.checks, rule, false).by_layer(), {.stop_together = 16});
    const ErrorCounts counts = simulate(decoder, code, {Channel::Kind::awgn, p.ebn0}, {.word_errors = 200});
    const double d = distance(p, counts);
    CAPTURE(curve);
    CAPTURE(p.iterations);
    CAPTURE(p.ebn0);
    CAPTURE(counts.word_error_rate());
    CHECK(d < 3.5);
    inside += d < 1.96 ? 1 : 0;
    ++all;
  }
  CHECK(all > 0);
  CHECK(inside >= 0.85 * all);
}

}  // namespace

TEST_CASE("error rates are those of aff3ct's decoder") {
  const auto folder = reference_folder("codes");
  if (!folder) return;
  compare(*folder, "HAMMING_7_4.alist", "HAMMING_7_4.flooding_spa_sim.csv", UpdateOrder::flooding, 0.02,
          {1, 2, 5, 20});
  compare(*folder, "BCH_N63_K45.alist", "BCH_N63_K45.flooding_spa_sim.csv", UpdateOrder::flooding, 0.02,
          {5, 50});
  compare(*folder, "WIMAX_288_576.alist", "WIMAX_288_576.flooding_spa_sim.csv", UpdateOrder::flooding, 0.1,
          {5, 10, 20});
  compare(*folder, "WIMAX_288_576.alist", "LDPC_N576_K288_hlayered_SPA_i100_WiMAX.csv", UpdateOrder::layered,
          0.2, {100});
}

TEST_CASE("constructions are the files of others") {
  const auto folder = reference_folder("codes");
  if (!folder) return;
  CHECK(read_code(*folder / "HAMMING_7_4.alist").checks == hamming(3).checks);
  CHECK(read_code(*folder / "BCH_N63_K45.alist").checks == bch(63, 45).checks);
  CHECK(rank(read_code(*folder / "WIMAX_288_576.alist").checks) == 288);
}

TEST_CASE("exact rates of the surface code are those that were enumerated") {
  const auto folder = reference_folder("codes");
  if (!folder) return;
  std::ifstream in(*folder / "surface_d3.exact.json");
  const nlohmann::json expected = nlohmann::json::parse(in);
  const Code code = rotated_surface(expected.at("distance").get<int>()).bit_flips();
  for (const CheckRule rule : {CheckRule::sum_product, CheckRule::min_sum})
    for (const int iterations : {5, 20})
      for (const bool osd : {false, true}) {
        const DecodingRule all{rule, {}, UpdateOrder::flooding, iterations};
        Decoder decoder(code.checks, unroll(code.checks, all, true).by_layer(),
                        {.osd = osd ? std::optional(0) : std::nullopt, .precision = Precision::f64});
        const std::string name = detail::cat(describe(all), ", K=", iterations);
        for (const auto& at : expected.at("rates")) {
          const ExactRates rates = exact_rates(decoder, code, at.at("p").get<double>());
          CAPTURE(name);
          CHECK(std::abs(rates.maximum_likelihood - at.at("maximum likelihood").get<double>()) < 1e-9);
          CHECK(std::abs(rates.failure - at.at(name + (osd ? ", OSD-0" : "")).get<double>()) < 1e-9);
          if (!osd) CHECK(std::abs(rates.unmet - at.at(name + ", syndrome not met").get<double>()) < 1e-9);
        }
      }
}

}  // namespace unfurl::test

TEST_SUITE_END();
