// What penalties of one formula of latents share: their other arguments are weights.
#pragma once

#include "factors/factors.hpp"

namespace unfurl::factors {

/// A factor whose last argument is penalised and whose others are weights, of every entry or of all, none of them negative.
class PenaltyType : public FactorType {
 public:
  void check(const Model::FactorDeclaration& f) const override { check_penalised(f); }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    return negative_weights(f, values);
  }
};

}  // namespace unfurl::factors
