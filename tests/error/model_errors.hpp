// What an error has to say.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl::test {

/// Checks that `act` throws exactly an `E` whose text names all of `parts` and says how to mend it.
template <class E>
E expect_error(const std::function<void()>& act, const std::vector<std::string>& parts) {
  try {
    act();
  } catch (const Error& error) {
    INFO(std::string(error.what()));
    CHECK(typeid(error) == typeid(E));
    for (const std::string& part : parts) {
      INFO("must name: " << part);
      CHECK(std::string(error.what()).find(part) != std::string::npos);
    }
    CHECK(!error.mend().empty());
    if (const E* expected = dynamic_cast<const E*>(&error)) return *expected;
  } catch (const std::exception& other) {
    FAIL_CHECK("threw an exception of another kind: " << other.what());
  }
  FAIL("no error that names '" << (parts.empty() ? "" : parts[0]) << "'");
  throw 0;  // not reached
}

/// The same for a mistake in a line of the user: the error says where it is, in the file of the caller.
template <class E>
void expect_error_here(const std::function<void()>& act, const std::vector<std::string>& parts,
                       Where where = Where::here()) {
  const E error = expect_error<E>(act, parts);
  INFO(std::string(error.what()));
  CHECK(error.where().find(where.text().substr(0, where.text().find(':') + 1)) != std::string::npos);
}

}  // namespace unfurl::test
