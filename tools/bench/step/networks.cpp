/// The networks that bench_step times: shapes, parameters and losses are those of the PyTorch programs.
#include "networks.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::bench {

namespace {

std::vector<float> numbers(Random& random, std::size_t n, double power) {
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(std::pow(random.uniform(), power));
  return v;
}

/// States at random and noisy observations of them, +-1.
Dataset noisy_states(Random& random, const std::string& name, int sites, int batch) {
  const auto n = static_cast<std::size_t>(sites) * static_cast<std::size_t>(batch);
  std::vector<float> labels(n), evidence(n);
  for (std::size_t i = 0; i < n; ++i) {
    labels[i] = static_cast<float>(random.below(2));
    evidence[i] = static_cast<float>(2 * labels[i] - 1 + 1.5 * random.normal());
  }
  Dataset data;
  data.add(name, 1, sites, std::move(evidence)).add("y", 1, sites, std::move(labels));
  return data;
}

/// Places of the ones of BCH(63,45)'s parity polynomial, reversed.
std::vector<int> bch_taps() {
  std::vector<int> power(63), exponent(64, 0);
  for (int i = 0, v = 1; i < 63; ++i, v = v & 32 ? (v << 1) ^ 0b1000011 : v << 1)
    power[static_cast<std::size_t>(i)] = v, exponent[static_cast<std::size_t>(v)] = i;
  const auto times = [&](int a, int b) {
    if (a == 0 || b == 0) return 0;
    return power[static_cast<std::size_t>(
        (exponent[static_cast<std::size_t>(a)] + exponent[static_cast<std::size_t>(b)]) % 63)];
  };
  std::vector<int> g{1};
  for (const int start : {1, 3, 5})
    for (int j = 0, r = start; j < 6; ++j, r = r * 2 % 63) {
      g.push_back(0);
      for (std::size_t i = g.size(); i-- > 0;)
        g[i] = (i > 0 ? g[i - 1] : 0) ^ times(power[static_cast<std::size_t>(r)], g[i]);
    }
  std::vector<int> rest(64, 0), taps;
  rest[0] = rest[63] = 1;
  for (std::size_t d = 46; d-- > 0;)
    if (rest[d + 18]) {
      taps.push_back(45 - static_cast<int>(d));
      for (std::size_t i = 0; i < g.size(); ++i) rest[d + i] ^= g[i];
    }
  return taps;
}

/// F = 513 bins, 100 + 100 atoms, K layers of KL updates, Wiener mask, squared error, 512 frames.
Bench deep_nmf(const std::string& tying, int layers, int batch) {
  constexpr int F = 513, R = 100;
  Random random(1);
  const auto dictionary = [&] {
    std::vector<double> w(static_cast<std::size_t>(F) * R);
    for (double& x : w) x = std::pow(random.uniform(), 4) / 100 + 1e-6;
    return w;
  };
  Model m("deep_nmf");
  auto V = m.observed("V", {F}, nonneg);
  auto Ws = m.param("Ws", matrix(F, R), dictionary(), nonneg),
       Wn = m.param("Wn", matrix(F, R), dictionary(), nonneg);
  auto Hs = m.latent("Hs", {R}, nonneg), Hn = m.latent("Hn", {R}, nonneg);
  m.factor("fit", KL{V, Ws * Hs + Wn * Hn});
  m.factor("sparse_speech", L1{0.1, Hs});
  m.factor("sparse_noise", L1{0.1, Hn});
  m.readout("speech", cwise(V, ratio_mask(Ws * Hs, Wn * Hn)));
  auto schedule = unroll(m, MultiplicativeUpdate{}, layers);
  if (tying == "tied")
    schedule.untie(all, readout());  // the PyTorch program's reconstruction dictionary is its own
  else
    schedule.tying(tying);
  Dataset data;
  const auto n = static_cast<std::size_t>(F) * static_cast<std::size_t>(batch);
  data.add("V", 1, F, numbers(random, n, 2)).add("S", 1, F, numbers(random, n, 3));
  return {schedule.compile(), std::move(data), loss::squared_error("speech", "S"), {"speech"}};
}

/// 250 x 500 dictionary, everything untied, squared error to the true code, 256 samples.
Bench lista(int layers, int batch) {
  constexpr int rows = 250, columns = 500;
  Random random(1);
  std::vector<double> a(std::size_t{rows} * columns);
  for (double& x : a) x = random.normal() / std::sqrt(rows);
  Model m("lista");
  auto b = m.observed("b", {rows});
  auto A = m.param("A", matrix(rows, columns), a);
  auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", L1{0.1, x});
  std::vector<float> codes(static_cast<std::size_t>(columns * batch), 0),
      signals(static_cast<std::size_t>(rows * batch), 0);
  for (std::size_t s = 0; s < static_cast<std::size_t>(batch); ++s)
    for (std::size_t j = 0; j < columns; ++j) {
      if (random.uniform() >= 0.1) continue;
      codes[s * columns + j] = static_cast<float>(random.normal());
      for (std::size_t i = 0; i < rows; ++i)
        signals[s * rows + i] += static_cast<float>(a[i * columns + j]) * codes[s * columns + j];
    }
  Dataset data;
  data.add("b", 1, rows, std::move(signals)).add("code", 1, columns, std::move(codes));
  const ProximalGradient algorithm{.form = ProximalGradient::Form::lista};
  return {unroll(m, algorithm, layers).untie(all).compile(),
          std::move(data),
          loss::squared_error("x", "code"),
          {"x"}};
}

/// Binary grid, one coupling per edge, flooding sum-product, cross-entropy of the marginals.
Bench bp_grid(const std::string& tying, int layers, int batch, int side) {
  Random random(1);
  Model m("grid");
  auto h = m.observed("h", {side, side});
  auto x = m.discrete("x", {side, side}, 2);
  std::vector<double> couplings(static_cast<std::size_t>(grid4(x).count()));
  for (double& j : couplings) j = random.normal();
  m.factor("data", each(x), Field{h});
  m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), couplings)});
  const auto n =
      static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * static_cast<std::size_t>(batch);
  std::vector<float> evidence(n), labels(n);
  for (float& e : evidence) e = static_cast<float>(random.normal() / 2);
  for (float& l : labels) l = static_cast<float>(random.below(2));
  Dataset data;
  data.add("h", 1, side * side, std::move(evidence)).add("y", 1, side * side, std::move(labels));
  return {unroll(m, SumProduct{}, layers).tying(tying).compile(),
          std::move(data),
          loss::cross_entropy("x", "y"),
          {"x"}};
}

/// Grid of `labels` states, one table for the horizontal and one for the vertical pairs, one scale of the evidence;
/// untied; cross-entropy of the marginals.
Bench crf_grid(const Shape& shape, bool potts) {
  const int side = shape.side(64), labels = shape.labels, layers = shape.layers(10), batch = shape.batch(8);
  Random random(1);
  Model m("crf");
  auto u = m.features("u", {side, side}, labels);
  auto x = m.discrete("x", {side, side}, labels);
  std::vector<std::pair<int, int>> right, down;
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      if (j + 1 < side) right.emplace_back(i * side + j, i * side + j + 1);
      if (i + 1 < side) down.emplace_back(i * side + j, (i + 1) * side + j);
    }
  const auto entries = [&] {
    std::vector<double> t(static_cast<std::size_t>(labels * labels));
    for (std::size_t i = 0; i < t.size(); ++i)
      t[i] = 0.01 * random.normal() + (i % static_cast<std::size_t>(labels + 1) == 0 ? 0.5 : 0);
    return t;
  };
  m.factor("data", each(x), Field{m.param("scale", 1.0) * u});
  if (potts) {
    m.factor("right", pairs(x, right), Potts{m.param("J", 0.5)});
    m.factor("down", pairs(x, down), Potts{m.param("K", 0.5)});
  } else {
    const Edges across = pairs(x, right), along = pairs(x, down);
    m.factor("right", across, Table{m.param("J", table(across), entries())});
    m.factor("down", along, Table{m.param("K", table(along), entries())});
  }
  const auto sites = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  const auto n = sites * static_cast<std::size_t>(batch);
  std::vector<float> label(n), evidence(n * static_cast<std::size_t>(labels));
  for (float& l : label) l = static_cast<float>(random.below(labels));
  for (float& e : evidence) e = static_cast<float>(random.normal());
  for (std::size_t b = 0; b < static_cast<std::size_t>(batch); ++b)
    for (std::size_t i = 0; i < sites; ++i)
      evidence[(b * static_cast<std::size_t>(labels) + static_cast<std::size_t>(label[b * sites + i])) *
                   sites +
               i] += 1.5F;
  Dataset data;
  data.add("u", labels, side * side, std::move(evidence)).add("y", 1, side * side, std::move(label));
  return {unroll(m, SumProduct{}, layers).untie(all).compile(),
          std::move(data),
          loss::cross_entropy("x", "y"),
          {"x"}};
}

/// Parallel mean field on a binary grid: four scalars a layer.
Bench mean_field_grid(const Shape& shape) {
  const int side = shape.side(32), layers = shape.layers(10), batch = shape.batch(64);
  Random random(1);
  Model m("mean_field");
  auto u = m.observed("u", {side, side});
  auto x = m.discrete("x", {side, side}, 2);
  std::vector<std::pair<int, int>> right, down;
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      if (j + 1 < side) right.emplace_back(i * side + j, i * side + j + 1);
      if (i + 1 < side) down.emplace_back(i * side + j, (i + 1) * side + j);
    }
  m.factor("data", each(x), Field{m.param("scale", 1.0) * u + m.param("bias", 0.0)});
  m.factor("right", pairs(x, right), Ising{m.param("J", 0.3)});
  m.factor("down", pairs(x, down), Ising{m.param("K", 0.3)});
  return {unroll(m, MeanField{}, layers).untie(all).compile(),
          noisy_states(random, "u", side * side, batch),
          loss::cross_entropy("x", "y"),
          {"x"}};
}

/// Mean field on a dense field of n units: a sigmoid network.
Bench mean_field_dense(const Shape& shape) {
  const int n = shape.side(256), layers = shape.layers(10), batch = shape.batch(64);
  Random random(1);
  Model m("boltzmann");
  auto u = m.observed("u", {n});
  auto x = m.discrete("x", {n}, 2);
  std::vector<double> w(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  const auto at = [&w, n](int i, int j) -> double& {
    return w[static_cast<std::size_t>(std::ptrdiff_t{i} * n + j)];
  };
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) at(i, j) = at(j, i) = random.normal() * 0.5 / std::sqrt(n);
  m.factor("data", each(x),
           Field{cwise(m.param("scale", vector(n), 1.0), u) + m.param("bias", vector(n), 0.0)});
  m.factor("pairs", all_pairs(x), Dense{m.param("W", matrix(n, n), w)});
  return {unroll(m, MeanField{}, layers).untie(all).compile(),
          noisy_states(random, "u", n, batch),
          loss::cross_entropy("x", "y"),
          {"x"}};
}

/// The scopes of BCH(63,45) by shifts of its parity polynomial, or of a random (3,6)-regular code of 1024 bits.
std::vector<std::vector<int>> checks_of(const std::string& code) {
  if (code == "bch") {  // h(x) reversed, from g(x) of the roots 1, 3 and 5 in GF(64) by x^6 + x + 1
    const std::vector<int> taps = bch_taps();
    std::vector<std::vector<int>> rows;
    for (int s = 0; s < 18; ++s) {
      std::vector<int> row;
      for (const int t : taps) row.push_back(t + s);
      rows.push_back(row);
    }
    return rows;
  }
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
          {"x"}};
}

}  // namespace

Bench make(const std::string& name, const Shape& shape) {
  if (name == "deep_nmf") return deep_nmf(shape.tying, shape.layers(25), shape.batch(512));
  if (name == "lista") return lista(shape.layers(16), shape.batch(256));
  if (name == "bp_grid") return bp_grid(shape.tying, shape.layers(20), shape.batch(16), shape.side(100));
  if (name == "crf_grid" || name == "potts_grid") return crf_grid(shape, name == "potts_grid");
  if (name == "mean_field_grid") return mean_field_grid(shape);
  if (name == "mean_field_dense") return mean_field_dense(shape);
  if (name == "bch" || name == "ldpc") return decoder(name, shape);
  if (name == "convolution") return convolution(shape);
  throw DataError("there is no network '" + name + "'", "", names);
}

}  // namespace unfurl::bench
