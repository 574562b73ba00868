/// A penalty of our own with an operation of our own, kernel and all: the non-negative garrote, z max(0, 1 - t / z^2)
/// [Breiman95], which shrinks small entries to zero and leaves large ones nearly alone.
#pragma once

#include <unfurl/factors.hpp>

struct Garrote {
  unfurl::Expr weight, x;
  operator unfurl::FactorSpec() const;
};
