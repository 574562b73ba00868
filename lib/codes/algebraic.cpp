// Codes with a formula: Hamming, BCH, repetition, quasi-cyclic.
#include <algorithm>
#include <map>

#include "unfurl/at.hpp"
#include "unfurl/codes.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Primitive polynomials of degree 2 .. 10, the digits of x^m + ... + 1.
constexpr int primitive[] = {0, 0, 07, 013, 023, 045, 0103, 0211, 0435, 01021, 02011};

/// Coefficients over GF(2), the constant first.
using Polynomial = std::vector<std::uint8_t>;

Polynomial product(const Polynomial& a, const Polynomial& b) {
  Polynomial c(a.size() + b.size() - 1);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) c[i + j] ^= static_cast<std::uint8_t>(a[i] & b[j]);
  return c;
}

/// (x^n + 1) / divisor, which it is a multiple of.
Polynomial cofactor(int n, const Polynomial& divisor) {
  Polynomial rest(at(n) + 1), quotient(rest.size() - divisor.size() + 1);
  rest.front() = rest.back() = 1;
  for (std::size_t i = quotient.size(); i-- > 0;) {
    quotient[i] = rest[i + divisor.size() - 1];
    for (std::size_t j = 0; quotient[i] != 0 && j < divisor.size(); ++j) rest[i + j] ^= divisor[j];
  }
  return quotient;
}

/// The field of 2^m elements, by logarithms.
class GaloisField {
 public:
  explicit GaloisField(int m) : n_((1 << m) - 1), power_(at(n_)), log_(at(n_) + 1) {
    int x = 1;
    for (int i = 0; i < n_; ++i) {
      power_[at(i)] = x;
      log_[at(x)] = i;
      x <<= 1;
      if (x > n_) x ^= primitive[m];
    }
  }
  /// The product of x - alpha^i over the exponents of one conjugacy class: a polynomial over GF(2).
  Polynomial minimal(const std::vector<int>& exponents) const {
    std::vector<int> p{1};  // coefficients in the field
    for (const int e : exponents) {
      std::vector<int> q(p.size() + 1);
      for (std::size_t i = 0; i < p.size(); ++i) {
        q[i + 1] ^= p[i];
        if (p[i] != 0) q[i] ^= power_[at((log_[at(p[i])] + e) % n_)];
      }
      p = std::move(q);
    }
    return {p.begin(), p.end()};
  }

 private:
  int n_;
  std::vector<int> power_, log_;
};

}  // namespace

Code hamming(int r) {
  if (r < 2 || r > 16) throw DataError(cat("a Hamming code of ", r, " checks"), "", "from 2 to 16 checks");
  Code code{cat("hamming:", r), {(1 << r) - 1, std::vector<std::vector<int>>(at(r))}, {}, {}};
  for (int c = 1; c <= code.checks.columns; ++c)
    for (int bit = 0; bit < r; ++bit)
      if ((c >> bit & 1) != 0) code.checks.rows[at(bit)].push_back(c - 1);
  return code;
}

Code bch(int n, int k, std::optional<int> rows) {
  int m = 2;
  while (m <= 10 && (1 << m) - 1 != n) ++m;
  if (m > 10)
    throw DataError(cat("a BCH code of length ", n), "", "lengths are 3, 7, 15, 31, 63, 127, 255, 511, 1023");
  const GaloisField field(m);
  Polynomial generator{1};
  std::vector<bool> root(at(n));
  std::string known;
  for (int e = 1; n - static_cast<int>(generator.size()) + 1 > k && e < n; e += 2) {
    if (root[at(e)]) continue;
    std::vector<int> conjugates;
    for (int c = e; !root[at(c)]; c = 2 * c % n) {
      root[at(c)] = true;
      conjugates.push_back(c);
    }
    generator = product(generator, field.minimal(conjugates));
    known += cat(known.empty() ? "" : ", ", n - static_cast<int>(generator.size()) + 1);
  }
  if (k < 1 || n - static_cast<int>(generator.size()) + 1 != k)
    throw DataError(cat("there is no narrow-sense BCH code of length ", n, " and dimension ", k), "",
                    cat("dimensions from the largest on: ", known.empty() ? "none" : known));
  const int checks = rows.value_or(n - k);
  if (checks < n - k || checks > n)
    throw DataError(cat("a BCH code of ", checks, " checks"), "", cat("from ", n - k, " to ", n));
  const Polynomial check = cofactor(n, generator);
  Code code{checks == n - k ? cat("bch:", n, ",", k) : cat("bch:", n, ",", k, ",", checks), {n, {}}, {}, {}};
  for (int r = 0; r < checks; ++r) {
    std::vector<int> ones;
    for (std::size_t i = 0; i < check.size(); ++i)
      if (check[check.size() - 1 - i] != 0) ones.push_back((r + static_cast<int>(i)) % n);
    std::sort(ones.begin(), ones.end());
    code.checks.rows.push_back(std::move(ones));
  }
  return code;
}

Code quasi_cyclic(const std::vector<std::vector<int>>& base, int lift) {
  if (lift < 1 || base.empty() || base[0].empty())
    throw DataError(cat("a base matrix of ", base.size(), " rows, lifted ", lift, " times"), "",
                    "at least one row, one column, and a lifting of 1");
  const auto width = base[0].size();
  if (width > (std::size_t{1} << 24) / at(lift) || base.size() > (std::size_t{1} << 24) / at(lift))
    throw DataError(cat("a base matrix of ", base.size(), " x ", width, ", lifted ", lift, " times"), "",
                    "at most 16777216 rows and columns");
  Code code{cat("qc:", base.size(), "x", width, "x", lift), {static_cast<int>(width) * lift, {}}, {}, {}};
  code.checks.rows.reserve(base.size() * at(lift));
  for (std::size_t r = 0; r < base.size(); ++r) {
    if (base[r].size() != width)
      throw DataError(
          cat("row ", r, " of the base matrix has ", base[r].size(), " entries, the first ", width), "",
          "give every row as many");
    std::vector<std::pair<int, int>>
        blocks;  // that are not zero: the column and the shift, within the lifting
    for (std::size_t c = 0; c < width; ++c) {
      if (base[r][c] < -1)
        throw DataError(cat("entry ", base[r][c], " in row ", r, " of the base matrix"), "",
                        "a shift from 0, or -1 for a zero matrix");
      if (base[r][c] >= 0) blocks.emplace_back(static_cast<int>(c), base[r][c] % lift);
    }
    for (int i = 0; i < lift; ++i) {
      std::vector<int>& ones = code.checks.rows.emplace_back();
      ones.reserve(blocks.size());
      for (const auto& [c, shift] : blocks) ones.push_back(c * lift + (i + shift) % lift);
    }
  }
  return code;
}

Code repetition(int n) {
  if (n < 2 || n > 1 << 24)
    throw DataError(cat("a repetition code of ", n, " bits"), "", "from 2 to 16777216");
  Code code{cat("repetition:", n), {n, {}}, {}, {}};
  for (int i = 0; i + 1 < n; ++i) code.checks.rows.push_back({i, i + 1});
  return code;
}

}  // namespace unfurl
