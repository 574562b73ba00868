/// Sparsity of concepts and of the places where they are, both at once.
#pragma once

#include "unfurl/model.hpp"

namespace unfurl {

/// x is an array of {concepts, places} or {concepts, height, width}: what there may be, and where. At most `concepts` of the
/// concepts are not zero everywhere, and each of them at most at `places` places; numbers, or formulas of one, rounded. Its
/// proximal map, which is exact, keeps of every concept its largest magnitudes, then the concepts of which the most is left, in
/// the sum of squares. With one concept it is TopK{places, x}. Not convex.
struct JointTopK {
  Expr concepts, places, x;
  operator FactorSpec() const;
};

}  // namespace unfurl
