// The words of a DataError.
#pragma once

#include <string>

#include "unfurl/error.hpp"

namespace unfurl::test {

/// What the DataError that `action` throws says.
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace unfurl::test
