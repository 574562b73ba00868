// Periodic sketched ISTA: where layers start.
#include <doctest/doctest.h>

#include <cmath>

#include "models/models.hpp"
#include "models/psista/model.hpp"

using namespace unfurl;
using namespace unfurl::psista_model;

TEST_SUITE("e2e") {
  TEST_CASE("psista: steps start in proportion to 1 / L of what their layer looks at") {
    const std::vector<double> dictionary = gaussian_dictionary(5);
    const Sketched gauss = declare(dictionary, {"gauss", 2, 100}, 4), full = declare(dictionary, {"none"}, 4);
    Request request;
    request.layers = 4;
    const Settings untied = complete(*psista(), request);
    const double of_full = full.safe_steps[0], of_sketch = gauss.safe_steps[0];
    CHECK(gauss.safe_steps == std::vector<double>{of_sketch, of_full, of_sketch, of_full});
    CHECK(of_full == doctest::Approx(1 / std::pow(1 + std::sqrt(2.0), 2)).epsilon(0.05));
    CHECK(of_sketch < of_full / 2);

    const Network plain = unfolded(full, untied), sketched = unfolded(gauss, untied);
    const auto step = [](const Network& n, const char* name) { return n.parameter(name).values[0]; };
    const double longer = step(plain, "ista.step@0") / of_full;
    CHECK(longer > 1);
    for (const char* name : {"ista.step@0", "ista.step@2"})
      CHECK(step(sketched, name) == doctest::Approx(longer * of_sketch));
    for (const char* name : {"ista.step@1", "ista.step@3"})
      CHECK(step(sketched, name) == doctest::Approx(step(plain, name)));

    request.tying = "tied";
    CHECK(step(unfolded(gauss, complete(*psista(), request)), "ista.step") ==
          doctest::Approx(longer * of_sketch));
  }
}
