// Nothing that is written, named or read depends on the locale of the program around the library.
#include <doctest/doctest.h>

#include <clocale>
#include <filesystem>
#include <fstream>
#include <locale>

#include "unfurl/checkpoint.hpp"
#include "unfurl/cli.hpp"
#include "unfurl/draw.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

/// 1.234,5 as in much of Europe.
struct Commas : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

/// A global C++ locale with commas and groups, and a C locale where the system has one.
class Abroad {
 public:
  Abroad() : before_(std::locale::global(std::locale(std::locale::classic(), new Commas))) {
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"})
      if (std::setlocale(LC_ALL, name)) break;
  }
  ~Abroad() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, "C");
  }

 private:
  std::locale before_;
};

/// More than a thousand variables and states that number themselves, and parameters with fractions.
Model large_model() {
  Model m("large");
  const auto y = m.observed("y", {1200});
  const auto x = m.discrete("x", {1200}, 2), one = m.discrete("one", {1}, 1500);
  m.factor("field", each(x), Field{0.0625 * y});
  m.factor("chain", chain(x), Ising{m.param("J", per_edge(chain(x)), 0.125)});
  m.factor("table", each(one), Field{m.param("T", {1500, 1}, 0.5)});
  return m;
}

std::filesystem::path empty_folder(const std::string& name) {
  auto folder = std::filesystem::temp_directory_path() / ("unfurl_" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Everything that becomes text or a file, one after the other.
std::map<std::string, std::string> texts(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::map<std::string, std::string> all;
  const Model m = large_model();
  Network network = unroll(m, SumProduct{.damping = 0.25}, 1).untie(unfurl::all).compile();
  all["program"] = network.text();
  all["factors"] = factor_dot(m);
  all["network"] = network_dot(network);
  all["picture"] = to_svg("digraph drawing { a [pos=\"1.5,2.5\" width=1.25]; a -> b [penwidth=0.75]; }");
  Dataset data;
  data.add("y", 1, 1200, std::vector<float>(2400, 0.5F)).add("label", 1, 1200, std::vector<float>(2400, 1));
  const Trainer trainer{.loss = loss::cross_entropy("x", "label"),
                        .optimizer = Adam{.rate = 0.02},
                        .epochs = 1,
                        .checkpoint = folder / "checkpoint.unfurl",
                        .resume = true,
                        .declaration = "large"};
  trainer.fit(network, fixed(data));
  all["checkpoint"] = bytes_of(folder / "checkpoint.unfurl");
  std::string error;
  try {
    (void)network.run(Dataset().add("y", 1, 1199, std::vector<float>(1199)));
  } catch (const DataError& e) {
    error = e.what();
  }
  all["error"] = error;
  TableModel model;
  model.states = {1200};
  model.factors.push_back({{0}, std::vector<double>(1200, 0.0625)});
  all["uai"] = to_uai(model);
  all["fg"] = to_fg(model);
  all["marginals"] = to_mar({{0.0625, 0.9375}});
  all["pr"] = to_pr(-1234.5);
  CHECK(parse_uai(all["uai"], "uai").factors[0].values == model.factors[0].values);
  CHECK(parse_fg(all["fg"], "fg").factors[0].values == model.factors[0].values);
  CHECK(parse_pr(all["pr"], "pr") == doctest::Approx(-1234.5).epsilon(1e-14));
  return all;
}

}  // namespace

TEST_CASE("names, texts and files are the same in every locale") {
  const std::filesystem::path folder = empty_folder("locale");
  const auto here = texts(folder / "here");
  {
    const Abroad abroad;
    const auto there = texts(folder / "there");
    for (const auto& [name, text] : here) {
      INFO(name);
      CHECK(!text.empty());
      CHECK(there.at(name) == text);
    }
    // A training begun at home goes on abroad, and its checkpoint is read there.
    Network network = unroll(large_model(), SumProduct{.damping = 0.25}, 1).untie(all).compile();
    assign(load(folder / "here" / "checkpoint.unfurl"), network);
    Dataset data;
    data.add("y", 1, 1200, std::vector<float>(2400, 0.5F)).add("label", 1, 1200, std::vector<float>(2400, 1));
    Trainer trainer{.loss = loss::cross_entropy("x", "label"),
                    .optimizer = Adam{.rate = 0.02},
                    .epochs = 2,
                    .checkpoint = folder / "here" / "checkpoint.unfurl",
                    .resume = true,
                    .declaration = "large"};
    CHECK(trainer.fit(network, fixed(data)).epochs.size() == 1);
    CHECK(exact(large_model(), data, 1).marginals.size() == 1201);
  }
}

TEST_CASE("the command line reads numbers with points in every locale") {
  const Abroad abroad;
  const std::filesystem::path file = empty_folder("locale-cli") / "model.uai";
  std::ofstream(file) << "MARKOV\n1\n2\n1\n1 0\n2 0.25 0.75\n";
  const std::string path = file.string(), out = (file.parent_path() / "out.MAR").string();
  const std::vector<const char*> argv = {"unfurl", "infer",       path.c_str(), "--algorithm",
                                         "bp",     "--tolerance", "0.001",      "--damping",
                                         "0.5",    "-o",          out.c_str()};
  CHECK(run(static_cast<int>(argv.size()), argv.data(), {}) == 0);
  CHECK(bytes_of(out).find("0.75") != std::string::npos);
}

TEST_CASE("near names are found whatever the locale says of capitals") {
  const Abroad abroad;
  CHECK(detail::did_you_mean("WIDTH", {"width", "depth"}).find("did you mean 'width'") == 0);
}

}  // namespace unfurl::test

TEST_SUITE_END();
