/// For authors of priors of latents: what InterferenceCancellation and ExpectationPropagation ask of them.
#pragma once

#include "unfurl/extend/factor.hpp"

namespace unfurl {

/// What is believed of a latent's entries: rows as the latent has, or one for all.
struct Moments {
  ir::Value mean, variance;
  ir::Value logit{};  ///< of discrete ones: log-ratio, or a plane for each of several numbers
};

/// A factor over one latent, its last argument, that is a density.
class PriorType : public FactorType {
 public:
  Serves serves() const override { return Serves::nothing; }
  /// Before anything is observed.
  virtual Moments before(ir::Builder& b, const FactorGroup& group) const = 0;
  /// Given z = x + normal noise of this variance, independent in every entry; the variance has a row for each, or one for all.
  virtual Moments given(ir::Builder& b, const FactorGroup& group, ir::Value z, ir::Value variance) const = 0;
  /// The most probable value given z, of discrete ones; absent for others.
  virtual ir::Value nearest(ir::Builder&, const FactorGroup&, ir::Value) const { return {}; }
};

}  // namespace unfurl
