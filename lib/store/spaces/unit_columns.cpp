// Columns of norm one: a product of spheres. Steps along a tangent are shortened to the sphere, which agrees with its great
// circle to second order.
#include <cmath>

#include "store/spaces/all.hpp"
#include "store/spaces/columns.hpp"

namespace unfurl::spaces {

namespace {

class UnitColumns final : public SpaceOf<UnitColumns> {
 public:
  std::string name() const override { return "unit_columns"; }
  std::string objection(std::span<const double> values, int rows, int columns) const override {
    if (std::string why = single_numbers(rows, columns); !why.empty()) return why;
    for (int j = 0; j < columns; ++j) {
      const double norm = std::sqrt(column_product(values, rows, columns, j, j));
      if (std::abs(norm - 1) > tolerance) return detail::cat("has column ", j, " of norm ", norm, ", not 1");
    }
    return "";
  }
  void project(std::span<double> values, int rows, int columns) const override {
    for (int j = 0; j < columns; ++j) {
      const double norm = std::sqrt(column_product(values, rows, columns, j, j));
      for (int i = 0; i < rows; ++i) {
        double& v = values[entry(i, columns, j)];
        v = norm > 0 ? v / norm : (i == j % rows ? 1.0 : 0.0);
      }
    }
  }
  std::size_t scratch(int, int columns) const override { return 2 * static_cast<std::size_t>(columns); }

  template <class T>
  void pull(const Point<T>& at, T* gradient) const {
    double *along = at.scratch, *square = along + at.columns;
    std::fill(along, square + at.columns, 0.0);
    for_rows(at, [&](T* w, std::size_t first) {
      for (int j = 0; j < at.columns; ++j) {
        along[j] += static_cast<double>(w[j]) * static_cast<double>(gradient[first + at_index(j)]);
        square[j] += static_cast<double>(w[j]) * static_cast<double>(w[j]);
      }
    });
    for (int j = 0; j < at.columns; ++j) along[j] /= square[j];
    for_rows(at, [&](T* w, std::size_t first) {
      for (int j = 0; j < at.columns; ++j) {
        T& g = gradient[first + at_index(j)];
        g = static_cast<T>(static_cast<double>(g) - along[j] * static_cast<double>(w[j]));
      }
    });
  }

  template <class T>
  void move(const Point<T>& at, T* step) const {
    pull(at, step);
    double* norm = at.scratch;
    std::fill(norm, norm + at.columns, 0.0);
    const auto moved = [&](const T* w, std::size_t first, int j) {
      return static_cast<double>(w[j]) + static_cast<double>(step[first + at_index(j)]);
    };
    for_rows(at, [&](T* w, std::size_t first) {
      for (int j = 0; j < at.columns; ++j) norm[j] += moved(w, first, j) * moved(w, first, j);
    });
    for (int j = 0; j < at.columns; ++j) norm[j] = std::sqrt(norm[j]);
    for_rows(at, [&](T* w, std::size_t first) {
      for (int j = 0; j < at.columns; ++j) w[j] = static_cast<T>(moved(w, first, j) / norm[j]);
    });
  }
};

}  // namespace

Pointer unit_columns() { return std::make_shared<UnitColumns>(); }

}  // namespace unfurl::spaces
