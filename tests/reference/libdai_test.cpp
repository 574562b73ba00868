// `unfurl infer` against every marginal and log Z that libDAI computed after a known number of sweeps.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "reference/reference_data.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

/// The options that make the run of an entry of the manifest.
std::vector<std::string> options_of(const nlohmann::json& entry) {
  const std::string algorithm = entry.at("algorithm");
  const auto starts = [&](const char* with) { return algorithm.starts_with(with); };
  std::vector<std::string> words;
  if (starts("junction tree"))
    words = {"--algorithm", "exact"};
  else if (starts("sum-product BP, flooding"))
    words = {"--algorithm", "bp", "--unary-messages"};
  else if (starts("sum-product BP, sequential"))
    words = {"--algorithm", "bp",    "--schedule",   "forward-backward",
             "--tolerance", "1e-13", "--iterations", "20000"};
  else if (starts("mean field, all variables"))
    words = {"--algorithm", "mf"};
  else if (starts("mean field, variables in index order"))
    words = {"--algorithm", "mf", "--schedule", "sequential"};
  else if (starts("mean field to tol"))
    words = {"--algorithm", "mf",    "--schedule",   "forward-backward",
             "--tolerance", "1e-13", "--iterations", "20000"};
  else if (starts("tree-reweighted BP, flooding"))
    words = {"--algorithm", "trw", "--unary-messages", "--edge-weight",
             fmt::format("{}", entry.at("edge_weight").get<double>())};
  else
    FAIL_CHECK("unknown algorithm: " << algorithm);
  const bool counted = !entry.at("sweeps").is_null() && !starts("sum-product BP, sequential");
  if (counted)
    for (const std::string& word : {std::string("--tolerance"), std::string("0"), std::string("--iterations"),
                                    fmt::format("{}", entry.at("sweeps").get<int>())})
      words.push_back(word);
  if (const double damping = entry.at("damping").get<double>(); damping > 0) {
    words.push_back("--damping");
    words.push_back(fmt::format("{}", damping));
  }
  return words;
}

/// Whether a variable has several factors of its own once the evidence is in. Of their damped messages the library carries
/// the sum, and not the belief of each, which an estimate of log Z before the fixed point would need.
bool several_own_factors(const std::filesystem::path& model, const std::filesystem::path& evidence) {
  const TableModel tables = read_model(model);
  const Model conditioned = condition(tables, read_evidence(evidence, tables)).model;
  const FactorGraph graph(conditioned);
  std::vector<int> own(static_cast<std::size_t>(graph.variables()), 0);
  for (int f = 0; f < graph.factors(); ++f)
    if (const auto scope = graph.variables_of(f); scope.size() == 1)
      if (++own[static_cast<std::size_t>(scope[0])] > 1) return true;
  return false;
}

}  // namespace

TEST_CASE("libDAI: every reference of the manifest") {
  const auto folder = reference_folder("libdai");
  if (!folder) return;
  const auto manifest = nlohmann::json::parse(read_text(*folder / "manifest.json"));
  const cli_test::Folder scratch;
  REQUIRE(manifest.size() > 90);
  double worst = 0, worst_partition = 0;
  for (const auto& entry : manifest) {
    const std::string reference = entry.at("marginals");
    std::vector<std::string> words{"infer",      (*folder / entry.at("model").get<std::string>()).string(),
                                   "--evidence", (*folder / entry.at("evidence").get<std::string>()).string(),
                                   "-o",         scratch / "MAR",
                                   "--json",     scratch / "json"};
    for (std::string& word : options_of(entry)) words.push_back(std::move(word));
    const auto outcome = cli_test::run(words);
    CAPTURE(reference);
    CAPTURE(outcome.error);
    CHECK(outcome.status == 0);
    if (outcome.status != 0) continue;
    const auto expected = parse_mar(read_text(*folder / reference), reference);
    const double error = largest_difference(parse_mar(read_text(scratch / "MAR"), "MAR"), expected);
    const auto report = nlohmann::json::parse(read_text(scratch / "json"));
    const double log_z = entry.at("logZ").get<double>();
    const auto& found = report.at("log_partition");
    const double partition_error = found.is_number() ? std::abs(found.get<double>() - log_z) : std::nan("");
    fmt::print("  {:<36} marginals {:.1e}, log Z {:.1e}\n", reference, error, partition_error);
    const bool exactly = report.at("algorithm") == "exact";
    CHECK(error < (exactly ? 1e-9 : 1e-6));
    REQUIRE(found.is_number());
    const bool damped = entry.at("damping").get<double>() > 0;
    if (!damped || !several_own_factors(*folder / entry.at("model").get<std::string>(),
                                        *folder / entry.at("evidence").get<std::string>()))
      CHECK(partition_error < (exactly ? 1e-9 : 1e-6) * std::max(1.0, std::abs(log_z)));
    worst = std::max(worst, error);
    worst_partition = std::max(worst_partition, partition_error);
  }
  fmt::print("libDAI: {} references, largest difference of marginals {:.1e}, of log Z {:.1e}\n",
             manifest.size(), worst, worst_partition);
}

}  // namespace unfurl::test

TEST_SUITE_END();
