// What factors of two real variables with one number each share.
#pragma once

#include "factors/factors.hpp"

namespace unfurl::factors {

class GaussianPair : public FactorType {
 public:
  Serves serves() const override { return Serves::quadratic | Serves::gaussian_messages; }
  bool joins_real() const override { return true; }
  void check(const Model::FactorDeclaration& f) const override {
    check_scope(f, 2, 0);
    check_argument(f, 0, {1});
  }
};

}  // namespace unfurl::factors
