// Every command has the network that is trained, and takes no option that makes no difference.
#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "unfurl/draw.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

/// A chain whose problem trains another network than the plain unrolling: its trust in the data stays as it is, its messages
/// are damped.
class DampedProblem : public ChainProblem {
 public:
  using ChainProblem::ChainProblem;
  Network network(const Settings& settings) const override {
    return unrolled(model(), SumProduct{.damping = 0.5}, settings).freeze("g").compile();
  }
};

class DampedTask : public ChainTask {
 public:
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<DampedProblem>(settings, ChainOptions{});
  }
};

Settings settings_with(const Task& task, std::map<std::string, std::string> options = {},
                       const std::string& algorithm = "") {
  Request s;
  s.layers = 3;
  if (!algorithm.empty()) s.algorithm = algorithm;
  s.options = std::move(options);
  return complete(task, s);
}

void draws_what_it_trains(const Task& task, const Settings& settings) {
  CAPTURE(task.name());
  CAPTURE(settings.algorithm);
  const Network trained = task.prepare(settings)->network(settings), drawn = task.sketch_network(settings);
  CHECK(network_dot(drawn) == network_dot(trained));
  CHECK(step_dot(drawn) == step_dot(trained));
  CHECK(drawn.trained_count() == trained.trained_count());
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: draw, check and eval have the network of a problem that overrides it") {
    const Folder folder;
    const auto task = std::make_shared<DampedTask>();
    Settings settings = complete(*task, {});
    settings.layers = 2;
    const Network network = task->prepare(settings)->network(settings);
    for (const auto& drawn : {std::pair{"network", network_dot(network)}, {"step", step_dot(network)}}) {
      const char* const view = drawn.first;
      const std::string& dot = drawn.second;
      CAPTURE(view);
      REQUIRE(run({"draw", "chain", "--view", view, "--layers", "2", "-o", folder / "a.dot"}, task).status ==
              0);
      CHECK(contents(folder / "a.dot") == dot);
    }
    const Outcome checked = run({"check", "chain", "--layers", "2"}, task);
    CHECK(checked.status == 0);
    CHECK(holds(checked.out, "damping"));
    CHECK_FALSE(holds(checked.out, "\ng"));
    const Outcome trained =
        run({"train", "chain", "--layers", "2", "--epochs", "1", "-o", folder / "run"}, task);
    REQUIRE(trained.status == 0);
    const Outcome evaluated = run({"eval", folder / "run"}, task);
    CHECK(evaluated.status == 0);
    CHECK(holds(trained.out, evaluated.out.substr(evaluated.out.find('\n') + 1)));
  }

  TEST_CASE("cli: every model draws what it trains") {
    const auto grids = spin_glass({.side = 3, .training = 2, .validation = 1, .test = 1});
    for (const char* weights : {"edges", "shared"})
      draws_what_it_trains(*grids, settings_with(*grids, {{"weights", weights}}));
    draws_what_it_trains(*grids, settings_with(*grids, {}, "trw"));
    const ImageSizes images{.side = 8, .images_per_epoch = 2, .test_images = 2, .tuning_images = 2};
    for (const auto& task : {denoiser(images), segments(images), boltzmann()})
      for (const char* algorithm : {"mf", "bp"})
        if (task->name() != "boltzmann" || algorithm == std::string("mf"))
          draws_what_it_trains(*task, settings_with(*task, {}, algorithm));
    for (const char* algorithm : {"ista", "fista", "lista"})
      draws_what_it_trains(*lista(), settings_with(*lista(), {}, algorithm));
    const auto speech = deep_nmf();
    using Options = std::map<std::string, std::string>;
    for (const Options& options : {Options{},
                                   {{"learn", "scalars"}},
                                   {{"learn", "sparsity"}, {"frames", "2"}},
                                   {{"start", "mixed"}, {"convolutive", "yes"}, {"frames", "2"}},
                                   {{"reconstruction", "shared"}, {"past", "1"}}}) {
      Settings settings = settings_with(*speech, options);
      settings.options["rank"] = "4";
      draws_what_it_trains(*speech, settings);
    }
  }

  TEST_CASE("cli: letters of a sketch are fewer, and their parameters the same") {
    const Settings settings = settings_with(*letters());
    const Network trained = letters()->prepare(settings)->network(settings),
                  drawn = letters()->sketch_network(settings);
    REQUIRE(drawn.parameters().size() == trained.parameters().size());
    CHECK(drawn.trained_count() == trained.trained_count());
    for (std::size_t p = 0; p < drawn.parameters().size(); ++p) {
      CHECK(drawn.parameters()[p].name == trained.parameters()[p].name);
      CHECK(drawn.parameters()[p].places == trained.parameters()[p].places);
      CHECK(drawn.parameters()[p].trained == trained.parameters()[p].trained);
    }
  }

  TEST_CASE("cli: data are refused by models that make their own") {
    const Folder folder;
    const std::string data = folder / "data";
    fs::create_directories(data);
    for (const auto& task : all_models()) {
      CAPTURE(task->name());
      const bool at_times = task->name() == "common_pca";  // with --set domains=turned
      const bool takes = at_times || task->name() == "deep_nmf" || task->name() == "letters" ||
                         task->name() == "restore" || task->name() == "decoder" ||
                         task->name() == "sparse_autoencoder";
      CHECK(task->data().empty() != takes);
      CHECK(holds(run({"list", task->name()}, task).out, takes ? "--data: a " : "--data: none"));
      if (takes && !at_times) continue;
      for (const std::string command : {"train", "check", "compare"}) {
        std::vector<std::string> words{command, task->name(), "--data", data};
        if (command == "train") words.insert(words.end(), {"-o", folder / "run"});
        refuses(run(words, task),
                {"'" + task->name() + "' takes no data", "where: --data", "leave out --data"});
      }
    }
    REQUIRE(run({"train", "chain", "--epochs", "1", "-o", folder / "run"}).status == 0);
    refuses(run({"eval", folder / "run", "--data", data}), {"takes no data"});
    refuses(run({"train", "chain", "--resume", "--data", data, "-o", folder / "run"}), {"takes no data"});
  }

  TEST_CASE("cli: options that would make no difference are refused") {
    const Folder folder;
    const std::string svg = folder / "a.svg";
    refuses(run({"draw", "chain", "--layers", "3", "-o", svg}), {"--layers 3", "--view network"});
    refuses(run({"draw", "chain", "--tying", "tied", "-o", svg}), {"--tying tied", "--view network"});
    refuses(run({"draw", "chain", "--algorithm", "mf", "-o", svg}), {"--algorithm mf", "--view network"});
    CHECK_FALSE(fs::exists(svg));
    refuses(run({"train", "chain", "--tying", "tied", "--near-tied", "0.1", "-o", folder / "run"}),
            {"tied network", "where: --near-tied 0.1"});
    refuses(run({"train", "chain", "--curriculum", "5", "-o", folder / "run"}),
            {"5 stages for 4 layers and 3 epochs", "where: --curriculum 5", "at most 3"});
    CHECK_FALSE(fs::exists(folder / "run"));

    const auto speech = deep_nmf();
    const std::string dot = folder / "a.dot";
    for (const char* option : {"systems=paper", "rate=0.1", "batch=64", "objective=kl", "gamma=1"})
      refuses(run({"draw", "deep_nmf", "--set", option, "-o", dot}, speech),
              {std::string("where: --set ") + option, "leave it out"});
    refuses(run({"check", "deep_nmf", "--set", "rate=0.1"}, speech), {"option 'rate'", "train and compare"});
    refuses(run({"train", "deep_nmf", "--set", "systems=paper", "-o", folder / "run"}, speech),
            {"option 'systems'", "it is for compare"});
    refuses(run({"check", "deep_nmf", "--algorithm", "ista", "--set", "beta=0"}, speech),
            {"squared errors, whatever beta is", "--set beta=0"});
    refuses(
        run({"train", "deep_nmf", "--set", "vary=no", "--set", "excerpt=1", "-o", folder / "run"}, speech),
        {"varied mixtures alone", "--set excerpt=1"});
    refuses(run({"compare", "deep_nmf", "--set", "systems=depth", "--layers", "3"}, speech),
            {"numbers of layers of their own", "--layers 3"});
    refuses(run({"compare", "lista", "--algorithm", "fista"}, lista()),
            {"--algorithm fista", "leave it out"});
    // Of a model whose factors depend on the algorithm, the factor graph may be drawn with it.
    CHECK(run({"draw", "deep_nmf", "--algorithm", "ista", "--set", "rank=2", "-o", dot}, speech).status == 0);
  }

  TEST_CASE("cli: extensions are compared without their case") {
    const Folder folder;
    for (const char* name : {"a.SVG", "a.Dot", "a.pNG"}) {
      CAPTURE(name);
      CHECK(run({"draw", "chain", "-o", folder / name}).status == 0);
      CHECK(contents(folder / name).size() > 100);
    }
    CHECK(holds(contents(folder / "a.SVG"), "<svg"));
  }
}
