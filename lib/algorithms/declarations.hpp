// Looking at a model's declarations.
#pragma once

#include "unfurl/at.hpp"
#include "unfurl/model.hpp"

namespace unfurl::algorithms {

inline const Model::FactorDeclaration& declaration(const Model& model, int i) {
  return model.factors()[at(i)];
}

/// Whether the factor's last argument is a latent itself, not a formula of one.
inline bool is_latent(const Model::FactorDeclaration& f) {
  return f.spec.args.back().node().kind == Expr::Node::Kind::latent;
}

}  // namespace unfurl::algorithms
