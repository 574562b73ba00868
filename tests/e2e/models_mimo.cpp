// Detection: enumeration is the best, then expectation propagation, then LMMSE; every system of the comparison runs.
#include <doctest/doctest.h>

#include "models/mimo/bit_errors.hpp"
#include "models/mimo/transmissions.hpp"
#include "models/models.hpp"

using namespace unfurl;
using namespace unfurl::mimo_model;

TEST_SUITE("e2e") {
  TEST_CASE("mimo: channels have the power and correlation that is asked for") {
    const Link link{4, true, 0.6};
    const Dataset data = transmit(link, {10, 20}, 2000, 1);
    const std::vector<float>& h = data["H"].values;
    double power = 0, neighbours = 0;
    for (std::size_t s = 0; s < 4000; ++s)
      for (std::size_t i = 0; i < 16; ++i) {
        const float *re = h.data() + s * 32, *im = re + 16;
        power += (re[i] * re[i] + im[i] * im[i]) / 64000;
        if (i % 4 < 3) neighbours += (re[i] * re[i + 1] + im[i] * im[i + 1]) / 48000;
      }
    CHECK(power == doctest::Approx(1).epsilon(0.05));
    CHECK(neighbours == doctest::Approx(0.6).epsilon(0.08));
    CHECK(data["noise"].values[0] == doctest::Approx(0.4));
  }

  TEST_CASE("mimo: enumeration beats expectation propagation, which beats LMMSE") {
    Request s;
    s.epochs = 1;
    s.options = {{"users", "4"}, {"test", "500"}, {"snr", "14"}};
    const Settings all = complete(*mimo(), s);
    const auto problem = mimo()->prepare(all);
    std::map<std::string, double> errors;
    for (Contender& c : problem->contenders(all)) {
      if (c.trained) {
        Trainer trainer{.loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 3, .batch = 64};
        trainer.fit(*c.network, problem->training());
      }
      const auto metrics = c.network ? problem->evaluate(*c.network) : c.measure();
      errors[c.name] = metrics[0].value;
      CHECK(metrics[0].per_item.size() == problem->groupings()[0].labels.size());
    }
    CHECK(errors.at("EP") < errors.at("LMMSE"));
    CHECK(errors.at("maximum likelihood") < errors.at("EP"));
    CHECK(errors.at("untied") < 1.1 * errors.at("EP"));
  }
}
