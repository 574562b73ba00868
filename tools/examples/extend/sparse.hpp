/// The model that the penalties are tried on, and its data: sparse vectors from few measurements.
#pragma once

#include <unfurl/data.hpp>
#include <unfurl/factors.hpp>

#include "bounded.hpp"

inline constexpr int rows = 12, columns = 24, samples = 400;

std::vector<double> normal(int n, std::uint64_t seed, double density = 1);
const std::vector<double>& dictionary();
unfurl::Dataset measure(std::uint64_t seed);

template <class Penalty>
unfurl::Model declare() {
  using namespace unfurl;
  Model m("sparse");
  const auto x = m.latent("x", {columns});
  const auto A = m.param("A", matrix(rows, columns), dictionary(), bounded());
  m.factor("fit", SquaredError{m.observed("b", {rows}), A * x});
  m.factor("few", Penalty{m.param("weight", 0.1, nonneg), x});
  return m;
}
