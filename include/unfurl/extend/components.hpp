/// For authors of factors over matrices with orthonormal columns: what algorithms that turn pairs of columns ask for.
#pragma once

#include "unfurl/extend/algorithm.hpp"

namespace unfurl {

/// Covariances that one matrix of orthonormal columns is to make diagonal, all at once.
struct Covariances {
  ir::Value stack;             ///< one below the other, [groups * size, size]
  std::vector<double> weight;  ///< of each group, positive, with the sum 1
  int groups() const { return static_cast<int>(weight.size()); }
};

/// A factor type that says such covariances; its last argument is the latent matrix, declared with {size, columns}.
class ComponentsFactor : public FactorType {
 public:
  virtual Covariances covariances(const FactorGroup& group) const = 0;
};

/// S B of all groups, one below the other, [groups * size, columns].
ir::Value covariances_times(ir::Builder& b, const Covariances& s, ir::Value components);
/// The diagonals of B^T S B of all groups, [groups, columns], from S B.
ir::Value component_variances(ir::Builder& b, const Covariances& s, ir::Value components, ir::Value products);

}  // namespace unfurl
