/// A factor of our own between two binary variables: its weight is paid where the first is 1 and the second is not.
#pragma once

#include <unfurl/factors.hpp>

struct Implies {
  unfurl::Expr weight;
  operator unfurl::FactorSpec() const;
};
