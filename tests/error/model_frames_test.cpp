// What frames, contexts, starts and options refuse.
#include <doctest/doctest.h>

#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "unfurl/algorithms.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

TEST_CASE("frames, contexts and starts say what they cannot be") {
  Model m("frames");
  const auto v = m.observed("V", {4}, nonneg);
  Model planes("planes");
  const auto two = planes.features("two", {4}, 2);
  const auto h = m.latent("H", {3}, nonneg);
  const auto W = m.param("W", matrix(4, 3), 1, nonneg);
  m.factor("fit", KL{v, W * h});
  using doctest::Contains;
  CHECK_THROWS_WITH_AS(context(v, -1), Contains("-1 frames before"), ModelError);
  CHECK_THROWS_WITH_AS(context(two, 1), Contains("two"), ModelError);
  CHECK_THROWS_WITH_AS(slice(v, 2, 3), Contains("outside"), ModelError);
  CHECK_THROWS_WITH_AS(rows_of(W, 4, 1), Contains("outside"), ModelError);
  CHECK_THROWS_WITH_AS(rows_of(v, 0, 1), Contains("no matrix"), ModelError);
  CHECK_THROWS_WITH_AS(m.start(h, 2 * h), Contains("not inferred yet"), ModelError);
  CHECK_THROWS_WITH_AS(m.start(h, v), Contains("shape"), ModelError);
  CHECK_THROWS_WITH_AS(m.start(h, -previous(h)), Contains("may be negative"), ModelError);
  m.start(h, previous(h));
  CHECK_THROWS_WITH_AS(m.start(h, previous(h)), Contains("two starts"), ModelError);
  Model other("other");
  const auto g = other.latent("G", {3}, nonneg);
  CHECK_THROWS_WITH_AS(m.start(g, previous(h)), Contains("another model"), ModelError);

  CHECK_THROWS_WITH_AS(unroll(m, MultiplicativeUpdate{}, 2).frames(0), Contains("0 frames"), ScheduleError);
  const Network network = unroll(m, MultiplicativeUpdate{}, 2).compile();
  CHECK_THROWS_WITH_AS(network.frames(0), Contains("0 frames"), ScheduleError);
  Dataset data;
  data.add("V", 1, 4, {1, 2, 3, 4});
  CHECK_THROWS_WITH_AS(network.run(data), Contains("H.previous"), DataError);
  Model field("field");
  const auto x = field.discrete("x", {2}, 2);
  field.factor("own", each(x), Field{1});
  CHECK_THROWS_WITH_AS(unroll(field, SumProduct{}, 2).frames(2), Contains("discrete"), ScheduleError);
}

TEST_CASE("options of a task are checked by name and value, and listed") {
  using cli_test::refuses, cli_test::run;
  const auto with = [](const std::string& set) {
    return std::vector<std::string>{"draw", "deep_nmf", "--set", set, "-o", "never.dot"};
  };
  refuses(run(with("rnk=20"), deep_nmf()), {"rank"});
  refuses(run(with("rank=0"), deep_nmf()), {"whole number from 1"});
  refuses(run(with("rank=2.5"), deep_nmf()), {"whole number"});
  refuses(run(with("beta=x"), deep_nmf()), {"number from -2"});
  refuses(run(with("start=warm"), deep_nmf()), {"'warm'"});
  refuses(run(with("rank"), deep_nmf()), {"name=value"});
  refuses(run({"draw", "lista", "--set", "rank=20", "-o", "never.dot"}, lista()), {"no option 'rank'"});
  const auto listed = run({"list", "deep_nmf"}, deep_nmf());
  CHECK(listed.status == 0);
  CHECK(listed.out.find("phase-sensitive") != std::string::npos);
}

}  // namespace unfurl::test

TEST_SUITE_END();
