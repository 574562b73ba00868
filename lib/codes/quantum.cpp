// Quantum codes of two kinds of checks, and their logical operators.
#include <algorithm>

#include "codes/elimination_cost.hpp"
#include "codes/packed.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

using detail::cat;

namespace {

void add_sorted(BinaryMatrix& matrix, std::vector<int> row) {
  std::sort(row.begin(), row.end());
  matrix.rows.push_back(std::move(row));
}

/// Words that satisfy `checks` and are no sums of `trivial` ones, as many as are independent modulo those.
BinaryMatrix logical_words(const BinaryMatrix& checks, const BinaryMatrix& trivial) {
  BinaryMatrix words{checks.columns, trivial.rows};
  for (auto& word : kernel(checks).rows) words.rows.push_back(std::move(word));
  codes::require_affordable(checks.columns, static_cast<double>(words.rows.size()),
                            "the logical operators of a code");
  codes::PackedMatrix columns(words.transposed());
  BinaryMatrix logical{checks.columns, {}};
  for (const int w : columns.eliminate(codes::all_columns(columns.columns()), false))
    if (w >= static_cast<int>(trivial.rows.size())) logical.rows.push_back(words.rows[at(w)]);
  return logical;
}

/// Rows of `first` on the first columns, and below those of `second` on the others.
BinaryMatrix side_by_side(const BinaryMatrix& first, const BinaryMatrix& second) {
  BinaryMatrix both{first.columns + second.columns, first.rows};
  for (std::vector<int> row : second.rows) {
    for (int& c : row) c += first.columns;
    both.rows.push_back(std::move(row));
  }
  return both;
}

void check_distance(int d, const char* what) {
  if (d < 2 || d > 1000)
    throw DataError(cat("a ", what, " code of distance ", d), "", "distances from 2 to 1000");
}

}  // namespace

Code CssCode::errors(Code::Qubits qubits) const {
  return {name + (qubits == Code::Qubits::joint ? ", joint" : ", apart"),
          side_by_side(z_checks, x_checks),
          side_by_side(z_logical, x_logical),
          {},
          qubits};
}

CssCode css(std::string name, BinaryMatrix x_checks, BinaryMatrix z_checks) {
  check_matrix(x_checks, name);
  check_matrix(z_checks, name);
  if (x_checks.columns != z_checks.columns)
    throw DataError(cat("x-checks of ", x_checks.columns, " qubits and z-checks of ", z_checks.columns), name,
                    "both are on the same qubits");
  const std::vector<std::vector<int>> z_of_qubit = z_checks.by_column();
  std::vector<int> met;  // z-checks on the qubits of an x-check, as often as they share one
  for (std::size_t r = 0; r < x_checks.rows.size(); ++r) {
    met.clear();
    for (const int c : x_checks.rows[r])
      met.insert(met.end(), z_of_qubit[at(c)].begin(), z_of_qubit[at(c)].end());
    std::sort(met.begin(), met.end());
    for (auto from = met.begin(); from != met.end();) {
      const auto to = std::upper_bound(from, met.end(), *from);
      if ((to - from) % 2 != 0)
        throw DataError(cat("x-check ", r, " and z-check ", *from, " share an odd number of qubits"), name,
                        "checks of a quantum code commute");
      from = to;
    }
  }
  CssCode code{std::move(name), std::move(x_checks), std::move(z_checks), {}, {}};
  code.z_logical = logical_words(code.x_checks, code.z_checks);
  code.x_logical = logical_words(code.z_checks, code.x_checks);
  return code;
}

CssCode rotated_surface(int d) {
  check_distance(d, "surface");
  CssCode code{cat("surface:", d), {d * d, {}}, {d * d, {}}, {d * d, {{}}}, {d * d, {{}}}};
  for (int r = -1; r < d; ++r)
    for (int c = -1; c < d; ++c) {
      const bool z = (r + c) % 2 == 0, upper = r < 0 || r == d - 1, side = c < 0 || c == d - 1;
      if ((upper && side) || (upper && !z) || (side && z)) continue;
      std::vector<int> qubits;
      for (const int y : {r, r + 1})
        for (const int x : {c, c + 1})
          if (y >= 0 && y < d && x >= 0 && x < d) qubits.push_back(y * d + x);
      add_sorted(z ? code.z_checks : code.x_checks, std::move(qubits));
    }
  for (int i = 0; i < d; ++i) {
    code.z_logical.rows[0].push_back(i * d);
    code.x_logical.rows[0].push_back(i);
  }
  return code;
}

CssCode toric(int d) {
  check_distance(d, "toric");
  BinaryMatrix x{2 * d * d, {}}, z{2 * d * d, {}};
  const auto across = [d](int r, int c) { return (r + d) % d * d + (c + d) % d; };
  const auto down = [=](int r, int c) { return d * d + across(r, c); };
  for (int r = 0; r < d; ++r)
    for (int c = 0; c < d; ++c) {
      add_sorted(z, {across(r, c), across(r + 1, c), down(r, c), down(r, c + 1)});
      add_sorted(x, {across(r, c), across(r, c - 1), down(r, c), down(r - 1, c)});
    }
  return css(cat("toric:", d), std::move(x), std::move(z));
}

CssCode bivariate_bicycle(int l, int m, const std::vector<std::pair<int, int>>& a,
                          const std::vector<std::pair<int, int>>& b) {
  if (l < 1 || m < 1 || l > 1000 || m > 1000 || a.empty() || b.empty())
    throw DataError(cat("a bicycle code of ", l, " x ", m), "", "shifts from 1 to 1000, and some monomials");
  const int n = l * m;
  const auto moved = [=](int place, const std::pair<int, int>& by, int sign) {
    const int i = ((place / m + sign * by.first) % l + l) % l,
              j = ((place % m + sign * by.second) % m + m) % m;
    return i * m + j;
  };
  BinaryMatrix x{2 * n, {}}, z{2 * n, {}};
  for (int place = 0; place < n; ++place) {
    std::vector<int> of_x, of_z;
    for (const auto& by : a) of_x.push_back(moved(place, by, 1));
    for (const auto& by : b) of_x.push_back(n + moved(place, by, 1));
    for (const auto& by : b) of_z.push_back(moved(place, by, -1));
    for (const auto& by : a) of_z.push_back(n + moved(place, by, -1));
    add_sorted(x, std::move(of_x));
    add_sorted(z, std::move(of_z));
  }
  return css(cat("bicycle:", 2 * n), std::move(x), std::move(z));
}

}  // namespace unfurl
