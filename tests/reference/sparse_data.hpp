#pragma once
/// Arrays and constants of the sparse references, and networks on them in double precision.

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "grad/evaluate.hpp"
#include "reference/npy.hpp"
#include "reference/reference_data.hpp"
#include "unfurl/network.hpp"

namespace unfurl::test {

/// An array of real numbers, in the order of C.
struct Npy {
  std::vector<std::size_t> shape;
  std::vector<double> values;
  int rows() const { return static_cast<int>(shape.at(0)); }
  int columns() const { return static_cast<int>(shape.at(1)); }
};

inline Npy read_real_npy(const std::filesystem::path& path) {
  const NpyArray array = read_npy(path);
  return {array.shape, array.real()};
}

inline nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), "no file ", path.string());
  return nlohmann::json::parse(file);
}

/// Samples one after the other as a program has them, entry by entry, and back.
inline std::vector<double> transposed(const std::vector<double>& from, int rows, int columns) {
  std::vector<double> to(from.size());
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j)
      to[static_cast<std::size_t>(j) * static_cast<std::size_t>(rows) + static_cast<std::size_t>(i)] =
          from[static_cast<std::size_t>(i) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(j)];
  return to;
}

/// x A^T, for samples x by rows.
inline std::vector<double> measure(const Npy& a, const std::vector<double>& x) {
  const auto m = static_cast<std::size_t>(a.rows()), n = static_cast<std::size_t>(a.columns());
  std::vector<double> b(x.size() / n * m, 0);
  for (std::size_t s = 0; s < x.size() / n; ++s)
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) b[s * m + i] += a.values[i * n + j] * x[s * n + j];
  return b;
}

/// "x" after every layer of a network whose only input is "b", sample by sample.
inline std::vector<std::vector<double>> run_layers(const Network& network, const std::vector<double>& b,
                                                   int rows) {
  const int samples = static_cast<int>(b.size()) / rows;
  ir::Graph graph = network.unrolled().graph;
  Numbers leaves = {{"b", transposed(b, samples, rows)}};
  for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
  const Numbers results = evaluate(graph, leaves, samples);
  std::vector<std::vector<double>> layers;
  for (int k = 1; k <= network.layers(); ++k) {
    const std::vector<double>& x = results.at("x@" + std::to_string(k));
    layers.push_back(transposed(x, static_cast<int>(x.size()) / samples, samples));
  }
  return layers;
}

/// Error relative to the power of the truth, both over all samples, in dB.
inline double nmse(const std::vector<double>& found, const std::vector<double>& truth) {
  REQUIRE(found.size() == truth.size());
  double error = 0, power = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    error += (found[i] - truth[i]) * (found[i] - truth[i]);
    power += truth[i] * truth[i];
  }
  return 10 * std::log10(error / power);
}

/// Sets the copy of each layer.
inline void set_layers(Network& network, const std::string& base, const std::vector<double>& values) {
  for (std::size_t k = 0; k < values.size(); ++k)
    network.parameter(base + "@" + std::to_string(k)).values = {values[k]};
}

}  // namespace unfurl::test
