// Columns that are probabilities. Steps end at the nearest ones that are not below the least value, found as [Michelot86] does.
#include <cmath>

#include "core/floors.hpp"
#include "store/spaces/all.hpp"
#include "store/spaces/columns.hpp"

namespace unfurl::spaces {

namespace {

double least_of(int rows) { return floors::share / rows; }

/// The nearest numbers to v[0 .. n) that sum to one and are not below `least`: v - t, clipped. Entries that a threshold
/// clips stay clipped under the higher ones that follow, so each round has fewer.
void project_column(double* v, int n, double least) {
  const double mass = 1 - n * least;
  double threshold = -HUGE_VAL;
  for (int active = n, before = n + 1; active < before;) {
    before = active;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < n; ++i)
      if (v[i] - least > threshold) sum += v[i] - least, ++count;
    threshold = (sum - mass) / std::max(1, count);
    active = 0;
    for (int i = 0; i < n; ++i) active += v[i] - least > threshold ? 1 : 0;
  }
  for (int i = 0; i < n; ++i) v[i] = least + std::max(v[i] - least - threshold, 0.0);
}

class Simplex final : public SpaceOf<Simplex> {
 public:
  std::string name() const override { return "simplex"; }
  Domain domain() const override { return Domain::nonneg; }
  std::string objection(std::span<const double> values, int rows, int columns) const override {
    if (std::string why = single_numbers(rows, columns); !why.empty()) return why;
    for (int j = 0; j < columns; ++j) {
      double sum = 0;
      for (int i = 0; i < rows; ++i) {
        const double v = values[entry(i, columns, j)];
        if (v < 0) return detail::cat("is declared to hold probabilities, but holds ", v);
        sum += v;
      }
      if (std::abs(sum - 1) > tolerance) return detail::cat("has column ", j, " of sum ", sum, ", not 1");
    }
    return "";
  }
  void project(std::span<double> values, int rows, int columns) const override {
    std::vector<double> column(at_index(rows));
    for (int j = 0; j < columns; ++j) {
      for (int i = 0; i < rows; ++i) column[at_index(i)] = values[entry(i, columns, j)];
      project_column(column.data(), rows, 0);
      for (int i = 0; i < rows; ++i) values[entry(i, columns, j)] = column[at_index(i)];
    }
  }
  bool scales() const override { return true; }
  std::size_t scratch(int rows, int) const override { return at_index(rows); }

  /// Moving all entries of a column alike leaves it where it is.
  template <class T>
  void pull(const Point<T>& at, T* gradient) const {
    for (int j = 0; j < at.columns; ++j) {
      double mean = 0;
      for (int i = 0; i < at.rows; ++i) mean += static_cast<double>(gradient[entry(i, at.columns, j)]);
      mean /= at.rows;
      for (int i = 0; i < at.rows; ++i) {
        T& g = gradient[entry(i, at.columns, j)];
        g = static_cast<T>(static_cast<double>(g) - mean);
      }
    }
  }
  template <class T>
  void move(const Point<T>& at, T* step) const {
    for_columns(at, [&](double* column, int j) {
      for (int i = 0; i < at.rows; ++i) column[i] += static_cast<double>(step[entry(i, at.columns, j)]);
      project_column(column, at.rows, least_of(at.rows));
    });
  }
  template <class T>
  void times(const Point<T>& at, T* factors) const {
    for_columns(at, [&](double* column, int j) {
      double sum = 0, kept = 0;
      for (int i = 0; i < at.rows; ++i)
        sum += column[i] *= static_cast<double>(factors[entry(i, at.columns, j)]);
      for (int i = 0; i < at.rows; ++i)
        kept += column[i] = std::max(sum > 0 ? column[i] / sum : 1.0, least_of(at.rows));
      for (int i = 0; i < at.rows; ++i) column[i] /= kept;
    });
  }

 private:
  template <class T, class F>
  static void for_columns(const Point<T>& at, F body) {
    for (int j = 0; j < at.columns; ++j) {
      double* column = at.scratch;
      for (int i = 0; i < at.rows; ++i) column[i] = static_cast<double>(at.value[entry(i, at.columns, j)]);
      body(column, j);
      for (int i = 0; i < at.rows; ++i) at.value[entry(i, at.columns, j)] = static_cast<T>(column[i]);
    }
  }
};

}  // namespace

Pointer simplex() { return std::make_shared<Simplex>(); }

}  // namespace unfurl::spaces
