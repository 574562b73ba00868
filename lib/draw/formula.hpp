// Reading the formulas of a model: as text, and for which handles appear how.
#pragma once

#include <string>
#include <vector>

#include "unfurl/model.hpp"

namespace unfurl {

/// As one would write it: "Ws * Hs + Wn * Hn".
std::string to_text(const Expr& e);

/// A handle in a formula.
struct Mention {
  const Expr::Node* handle = nullptr;
  /// Row i of the handle matters for row i of the formula alone.
  bool row_by_row = true;
};
/// Every handle in the formula, once for each place where it stands, from left to right.
std::vector<Mention> mentions(const Expr& e);

}  // namespace unfurl
