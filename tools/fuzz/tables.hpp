#pragma once
/// Equality of table models.

#include "unfurl/formats.hpp"

namespace unfurl::fuzz {

inline bool same(const TableModel& a, const TableModel& b) {
  bool equal = a.kind == b.kind && a.states == b.states && a.factors.size() == b.factors.size();
  for (std::size_t i = 0; equal && i < a.factors.size(); ++i)
    equal = a.factors[i].scope == b.factors[i].scope && a.factors[i].values == b.factors[i].values;
  return equal;
}

}  // namespace unfurl::fuzz
