// Exact inference against the reference answers of the UAI inference competition.
#include <fmt/format.h>

#include "reference/reference_data.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

TEST_CASE("UAI: marginals and log Z where the treewidth allows, a refusal elsewhere") {
  const auto folder = reference_folder("uai");
  if (!folder) return;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(*folder))
    if (entry.path().extension() == ".uai") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 20);
  int compared = 0;
  for (const auto& file : files) {
    const std::string name = file.string();
    CAPTURE(name);
    const TableModel model = read_model(file);
    const Evidence evidence = read_evidence(name + ".evid", model);
    const ConditionedModel c = condition(model, evidence);
    CHECK(evidence.size() <= 37);
    // The texts of the models keep every bit.
    const TableModel again = parse_fg(to_fg(parse_uai(to_uai(model), name)), name);
    CHECK(again.states == model.states);
    for (std::size_t a = 0; a < model.factors.size(); ++a) {
      CHECK(again.factors[a].scope == model.factors[a].scope);
      CHECK(again.factors[a].values == model.factors[a].values);
    }
    try {
      const ExactResult result = exact(c.model, {}, 0, {.most_memory = 3.2e8});
      const auto expected = parse_mar(read_text(name + ".MAR"), name + ".MAR");
      const double error = largest_difference(c.all_marginals(result.marginals), expected);
      const double log_z = parse_pr(read_text(name + ".PR"), name + ".PR");  // six digits
      const double partition_error =
          std::abs(result.log_partition + c.log_constant - log_z) / std::abs(log_z);
      fmt::print("  {:<24} treewidth {:>2}, marginals {:.1e}, log Z {:.1e} (relative)\n",
                 file.filename().string(), result.treewidth, error, partition_error);
      CHECK(error < 1e-6);
      CHECK(partition_error < 1e-5);
      if (result.bytes < 1e8) {
        const MostProbable best = most_probable(c.model, {}, 0);
        CHECK(log_value(model, c.all_states(best.states)) ==
              doctest::Approx(best.log_value + c.log_constant));
      }
      ++compared;
    } catch (const DataError& error) {
      fmt::print("  {:<24} {}\n", file.filename().string(), error.what_happened());
      CHECK(error.what_happened().find("treewidth of ") != std::string::npos);
    }
  }
  CHECK(compared >= 14);
}

}  // namespace unfurl::test

TEST_SUITE_END();
