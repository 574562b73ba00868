// Rows of a comparison by their names.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unfurl/experiment.hpp"

namespace unfurl::test {

inline const Contender& row(const std::vector<Contender>& rows, const std::string& name) {
  for (const Contender& c : rows)
    if (c.name == name) return c;
  FAIL("no row " << name);
  return rows.front();
}

}  // namespace unfurl::test
