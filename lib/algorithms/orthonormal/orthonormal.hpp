// What algorithms on one latent matrix with orthonormal columns share.
#pragma once

#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/components.hpp"

namespace unfurl::algorithms {

/// Extents of the one latent, as its factors see it.
struct MatrixExtents {
  int rows = 0, columns = 0;
};
/// Throws ScheduleError unless the model's one latent is a matrix with no more columns than rows, and all factors are smooth.
MatrixExtents orthonormal_matrix(const Model& model, const char* algorithm);
/// Throws ScheduleError unless it is square, and there is one factor, a ComponentsFactor.
MatrixExtents common_components(const Model& model, const char* algorithm);
/// What that factor says, at this value of the latent.
Covariances covariances_of(StepContext& c, ir::Value components);

/// Where inference starts, [rows, columns]: as the model says, NaN where its columns are not orthonormal, or columns of the
/// identity.
ir::Value orthonormal_start(StepContext& c);
/// The read-out of the latent.
Readouts matrix_readout(StepContext& c, ir::Value matrix);

ir::Value transposed(ir::Builder& b, ir::Value matrix);
/// X - X^T, skew to the last bit.
ir::Value skew(ir::Builder& b, ir::Value x);
/// B (3 I - B^T B) / 2, which takes from columns what rounding has added: their distance from orthonormal ones is squared.
ir::Value polished(ir::Builder& b, ir::Value components);
/// (I - A/2)^-1 (I + A/2) X of skew A: X turned.
ir::Value cayley_turn(ir::Builder& b, ir::Value skew, ir::Value x);

}  // namespace unfurl::algorithms
