#include "bends.hpp"

unfurl::Operator bends() {
  return unfurl::linear("bends", [](const unfurl::Expr& x) {
    const int n = x.type().rows;
    return slice(x, 0, n - 2) - 2 * slice(x, 1, n - 2) + slice(x, 2, n - 2);
  });
}
