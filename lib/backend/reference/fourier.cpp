// The sums that a Fourier transform is.
#include "unfurl/extend/fourier.hpp"

#include <cmath>
#include <numbers>

#include "backend/reference/definitions.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

/// Of entry `row` of a half spectrum: whether it is an imaginary part, and the angle at pixel `pixel`.
struct Wave {
  Wave(const ir::Fourier& f, int row, int pixel) : imaginary(row >= f.frequencies()) {
    const int frequency = row % f.frequencies(), half = f.width / 2 + 1;
    const int down = frequency / half, right = frequency % half, r = pixel / f.width, c = pixel % f.width;
    const double turns = static_cast<double>(down) * r / f.height + static_cast<double>(right) * c / f.width;
    angle = 2 * std::numbers::pi * turns;
  }
  double value() const { return imaginary ? -std::sin(angle) : std::cos(angle); }
  bool imaginary;
  double angle;
};

double transform(const Operands& x, int p, int r, int l) {
  const auto& f = x.attributes.as<ir::Fourier>();
  double sum = 0;
  for (int pixel = 0; pixel < f.entries(); ++pixel) sum += Wave(f, r, pixel).value() * x(0, p, pixel, l);
  return sum;
}

double transpose(const Operands& y, int p, int r, int l) {
  const auto& f = y.attributes.as<ir::Fourier>();
  double sum = 0;
  for (int row = 0; row < 2 * f.frequencies(); ++row) sum += Wave(f, row, r).value() * y(0, p, row, l);
  return sum;
}

}  // namespace

const Definitions& fourier_definitions() {
  static const Definitions table = {
      {&ir::ops::fourier, transform},
      {&ir::ops::fourier_transpose, transpose},
  };
  return table;
}

}  // namespace unfurl::reference
