/// A penalty of our own: weight times the number of entries that are not zero. It has no slope anywhere; its proximal map
/// keeps what is larger than sqrt(2 step weight) [Blumensath08].
#pragma once

#include <unfurl/factors.hpp>

struct Few {
  unfurl::Expr weight, x;
  operator unfurl::FactorSpec() const;
};
