/// The networks that bench_step times: shapes, parameters and losses are those of the PyTorch programs.
#include "networks.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::bench {

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

namespace {

std::vector<float> numbers(Random& random, std::size_t n, double power) {
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(std::pow(random.uniform(), power));
  return v;
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
  const double frames = batch, quotients = layers * frames * (F + 2 * R);
  const int trained = tying == "last:3" ? 3 : layers;
  return {schedule.compile(),
          std::move(data),
          loss::squared_error("speech", "S"),
          {"speech"},
          {.divisions = quotients + frames * F,
           .message_numbers = frames * (2 * R + 2 * F),
           .layers = layers,
           .trained_layers = trained}};
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
          {"x"},
          {.message_numbers = 1.0 * columns * batch, .layers = layers, .trained_layers = layers}};
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
  const double messages = 4.0 * side * (side - 1) * batch, all_layers = messages * layers;
  return {unroll(m, SumProduct{}, layers).tying(tying).compile(),
          std::move(data),
          loss::cross_entropy("x", "y"),
          {"x"},
          {.logarithms = all_layers,
           .tangents = all_layers,
           .divisions = all_layers,
           .message_numbers = messages,
           .layers = layers,
           .trained_layers = layers}};
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
  const double messages = 4.0 * side * (side - 1) * labels * batch;
  return {unroll(m, SumProduct{}, layers).untie(all).compile(),
          std::move(data),
          loss::cross_entropy("x", "y"),
          {"x"},
          {.exponentials = messages * layers,
           .logarithms = messages * layers,
           .message_numbers = messages,
           .layers = layers,
           .trained_layers = layers}};
}

/// Of mean field on n binary variables: a mean each.
Needs of_means(int n, int layers, int batch) {
  const double means = 1.0 * n * batch;
  return {.tangents = means * layers, .message_numbers = means, .layers = layers, .trained_layers = layers};
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
          {"x"},
          of_means(side * side, layers, batch)};
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
          {"x"},
          of_means(n, layers, batch)};
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
  if (name == "code") return code_of(shape);
  if (name == "convolution") return convolution(shape);
  throw DataError("there is no network '" + name + "'", "", names);
}

}  // namespace unfurl::bench
