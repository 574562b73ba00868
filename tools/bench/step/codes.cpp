/// Belief propagation on the parity checks of codes.
#include <algorithm>
#include <cmath>

#include "networks.hpp"

namespace unfurl::bench {

namespace {

/// The scopes of the checks of BCH(63,45), or of a random (3,6)-regular code of 1024 bits.
std::vector<std::vector<int>> checks_of(const std::string& code) {
  if (code == "bch") return bch(63, 45).checks.rows;
  Random random(1);
  constexpr int n = 1024, degree = 6, checks = 512;
  std::vector<int> sockets(std::size_t{3} * n);
  for (std::size_t i = 0; i < sockets.size(); ++i) sockets[i] = static_cast<int>(i) % n;
  for (int i = 3 * n; i-- > 1;)
    std::swap(sockets[static_cast<std::size_t>(i)], sockets[static_cast<std::size_t>(random.below(i + 1))]);
  std::vector<std::vector<int>> rows(checks);
  for (std::size_t i = 0; i < sockets.size(); ++i) rows[i / degree].push_back(sockets[i]);
  const auto repeats = [](const std::vector<int>& row, int v) {
    return std::count(row.begin(), row.end(), v);
  };
  for (auto& row : rows)  // exchanges until no check joins a variable twice
    for (int& v : row)
      while (repeats(row, v) > 1) {
        auto& other = rows[static_cast<std::size_t>(random.below(checks))];
        int& w = other[static_cast<std::size_t>(random.below(degree))];
        if (&other != &row && repeats(row, w) == 0 && repeats(other, v) == 0) std::swap(v, w);
      }
  return rows;
}

/// Of parity checks: both messages of every edge.
Needs of_checks(const std::vector<std::vector<int>>& checks, int layers, int batch) {
  double edges = 0;
  for (const auto& check : checks) edges += static_cast<double>(check.size());
  const double all_layers = edges * batch * layers;
  return {.logarithms = all_layers,
          .tangents = all_layers,
          .divisions = all_layers,
          .message_numbers = 2 * edges * batch,
          .layers = layers,
          .trained_layers = layers};
}

}  // namespace

/// Belief propagation on a code: weights of every message and of the channel, untied; cross-entropy at every layer.
Bench decoder(const std::string& code, const Shape& shape) {
  const bool bch = code == "bch";
  const int n = bch ? 63 : 1024, layers = shape.layers(bch ? 5 : 20), batch = shape.batch(bch ? 256 : 64);
  const double rate = bch ? 45.0 / 63 : 0.5, sigma = 1 / std::sqrt(2 * rate * std::pow(10, 0.4));
  Model m("decoder");
  auto llr = m.observed("llr", {n});
  auto x = m.discrete("x", {n}, 2);
  m.factor("received", each(x), Field{cwise(m.param("channel", vector(n), 1.0), llr)});
  m.factor("checks", tuples(x, checks_of(code)), Parity{});
  Random random(2);
  std::vector<float> values(static_cast<std::size_t>(n) * static_cast<std::size_t>(batch));
  for (float& v : values)  // of the word of zeros; h s with s = -1 for state 0
    v = static_cast<float>(-(1 + sigma * random.normal()) / (sigma * sigma));
  Dataset data;
  data.add("y", 1, n, std::vector<float>(values.size(), 0));
  data.add("llr", 1, n, std::move(values));
  return {unroll(m, SumProduct{.message_weights = MessageWeights::per_edge}, layers).untie(all).compile(),
          std::move(data),
          loss::cross_entropy("x", "y").every_layer(),
          {"x"},
          of_checks(checks_of(code), layers, batch)};
}

/// Plain belief propagation on a code from a file, as decoders run it.
Bench code_of(const Shape& shape) {
  const Code code = read_code(shape.code);
  const int n = code.checks.columns, layers = shape.layers(20), batch = shape.batch(64);
  Model m("decoder");
  auto llr = m.observed("llr", {n});
  auto x = m.discrete("x", {n}, 2);
  m.factor("received", each(x), Field{llr});
  m.factor("checks", tuples(x, code.checks.rows), Parity{});
  Random random(2);
  Dataset data = noisy_states(random, "llr", n, batch);
  return {unroll(m, SumProduct{}, layers).compile(),
          std::move(data),
          loss::cross_entropy("x", "y"),
          {"x"},
          of_checks(code.checks.rows, layers, batch)};
}

}  // namespace unfurl::bench
