// Wrong words and values of every kind on the command line: what, where and how to mend it.
#include <set>

#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "unfurl/algorithms.hpp"

using namespace cli_test;

namespace {

/// A chain whose defaults leave something out.
class ForgetfulTask : public ChainTask {
 public:
  explicit ForgetfulTask(std::string forgotten) : forgotten_(std::move(forgotten)) {}
  unfurl::Settings defaults() const override {
    unfurl::Settings s = ChainTask::defaults();
    if (forgotten_ == "algorithm") s.algorithm.clear();
    if (forgotten_ == "layers") s.layers = 0;
    if (forgotten_ == "tying") s.tying.clear();
    if (forgotten_ == "epochs") s.epochs = 0;
    return s;
  }

 private:
  std::string forgotten_;
};

/// The error as a whole.
void refuses_with(const Outcome& outcome, const std::string& text) {
  CHECK(outcome.status == 2);
  CHECK(outcome.error == "unfurl: " + text + "\n");
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("cli: numbers that are none, or out of bounds, are refused with what may be given") {
    const Folder folder;
    const std::string out = folder / "run";
    struct Numbers {
      std::vector<std::string> words;
      const char *option, *mend;
    };
    const std::vector<Numbers> all = {
        {{"train", "chain", "-o", out}, "--layers", "give a whole number from 1 to 100000"},
        {{"train", "chain", "-o", out}, "--epochs", "give a whole number from 0 to 1000000"},
        {{"compare", "chain"}, "--epochs", "give a whole number from 1 to 1000000"},
        {{"train", "chain", "-o", out}, "--average", "give a number from 0 to 1"},
        {{"train", "chain", "-o", out}, "--curriculum", "give a whole number from 1 to 100000"},
        {{"train", "chain", "-o", out}, "--near-tied", "give a number from 0 to 1e+06"},
        {{"train", "chain", "-o", out}, "--seed", "give a whole number from 0 to 18446744073709551615"},
        {{"train", "chain", "-o", out}, "--threads", "give a whole number from 0 to 4096"},
        {{"compare", "chain"}, "--seeds", "give a whole number from 1 to 1000"},
        {{"compare", "chain"}, "--layers", "give a whole number from 1 to 100000"},
    };
    for (const Numbers& n : all)
      for (const std::string value :
           {"ten", "nan", "inf", "-1", "1e999", "-1e999", "1e19", "0x3", "1 ", "1e"}) {
        std::vector<std::string> words = n.words;
        words.insert(words.end(), {n.option, value});
        CAPTURE(n.option);
        CAPTURE(value);
        refuses_with(run(words), unfurl::detail::cat(n.option, " cannot be '", value, "'\n  where: unfurl ",
                                                     words[0], "\n  mend:  ", n.mend));
      }
    refuses(run({"compare", "chain", "--layers", "4,ten"}), {"--layers cannot be 'ten'", "from 1 to 100000"});
    refuses(run({"train", "chain", "--average", "2", "-o", out}), {"--average cannot be '2'"});
    refuses(run({"train", "chain", "--layers", "1e9", "-o", out}), {"--layers cannot be '1e9'"});
    refuses(run({"compare", "chain", "--epochs", "0"}), {"--epochs cannot be '0'", "from 1 to"});
    CHECK_FALSE(fs::exists(out));
  }

  TEST_CASE("cli: the same number may be written in several ways") {
    const Folder folder;
    REQUIRE(run({"train", "chain", "--layers", "2", "--epochs", "1", "-o", folder / "a"}).status == 0);
    REQUIRE(run({"train", "chain", "--layers", "+2.0", "--epochs", "1e0", "-o", folder / "b"}).status == 0);
    CHECK(contents(folder / "a/checkpoint.unfurl") == contents(folder / "b/checkpoint.unfurl"));
  }

  TEST_CASE("cli: values that are missing, empty or given twice") {
    const Folder folder;
    const std::string out = folder / "run";
    refuses_with(run({"train", "chain", "--epochs"}),
                 "--epochs has no value\n  where: unfurl train\n  mend:  give --epochs N: Passes over the "
                 "training data; 0 keeps the untrained network");
    refuses(run({"train", "chain", "-o"}), {"--output has no value", "give -o,--output RUN"});
    refuses(run({"train", "chain"}),
            {"--output is missing", "give -o,--output RUN: Folder for checkpoint.unfurl"});
    refuses(run({"train", "-o", out}), {"MODEL is missing", "`list` shows them"});
    refuses(run({"train", "chain", "--layers", "2", "--layers", "3", "-o", out}),
            {"--layers is given 2 times", "give it once"});
    refuses(run({"train", "chain", "-o", ""}), {"--output is empty", "unfurl train", "give -o,--output RUN"});
    refuses(run({"compare", "chain", "-o", ""}), {"--output is empty", "unfurl compare"});
    refuses(run({"train", "chain", "--data", "", "-o", out}), {"--data is empty"});
    refuses(run({"train", "chain", "--algorithm", "", "-o", out}), {"--algorithm is empty"});
    refuses(run({"eval", out, "--json", ""}), {"--json is empty", "leave it out"});
    refuses(run({"train", "", "-o", out}), {"MODEL is empty"});
    refuses(run({"compare", "chain", "--layers", "4,2,4"}), {"4 layers are asked for twice"});
    refuses(run({"compare", "chain", "--seed", "18446744073709551615", "--seeds", "2"}),
            {"there are no 2 seeds"});
    CHECK_FALSE(fs::exists(out));
  }

  TEST_CASE("cli: --set takes one pair, and each name once") {
    const Folder folder;
    const auto speech = unfurl::deep_nmf();
    const std::string dot = folder / "a.dot";
    refuses_with(run({"draw", "deep_nmf", "--set", "rank=2.5", "-o", dot}, speech),
                 "option 'rank' cannot be '2.5'\n  where: --set rank=2.5\n  mend:  give a whole number from "
                 "1 to 10000");
    // An option whose default is written without a point takes fractions all the same, and one with a point does not.
    for (const auto& option : speech->options())
      if (const auto* number = std::get_if<unfurl::Option::Number>(&option.kind)) {
        const double between = number->least + 0.37 * (number->most - number->least);
        CHECK(std::stod(option.read(unfurl::detail::cat(between))) == doctest::Approx(between).epsilon(1e-5));
      } else if (std::holds_alternative<unfurl::Option::Whole>(option.kind)) {
        CHECK_THROWS_AS(option.read("2.5"), unfurl::ModelError);
      }
    refuses(run({"draw", "deep_nmf", "--set", "rnak=2", "-o", dot}, speech),
            {"'deep_nmf' has no option 'rnak'", "where: --set rnak=2", "did you mean 'rank'?"});
    refuses(run({"draw", "chain", "--set", "rank=2", "-o", dot}),
            {"'chain' has no option 'rank'", "leave out --set"});
    refuses(run({"draw", "deep_nmf", "--set", "rank", "-o", dot}, speech),
            {"where: --set rank", "name=value"});
    refuses(run({"draw", "deep_nmf", "--set", "=2", "-o", dot}, speech), {"where: --set =2", "name=value"});
    refuses(run({"draw", "deep_nmf", "--set", "rank=", "-o", dot}, speech), {"option 'rank' cannot be ''"});
    refuses(run({"draw", "deep_nmf", "--set", "rank=2", "--set", "rank=3", "-o", dot}, speech),
            {"'rank' is given twice", "give it once"});
    // What follows a pair is no pair.
    CHECK(run({"draw", "--set", "rank=2", "deep_nmf", "-o", dot}, speech).status == 0);
    CHECK(run({"compare", "--layers", "2", "chain", "--epochs", "1"}).status == 0);
  }

  TEST_CASE("cli: what the user chose is named by its option, not by a line of the library") {
    const Folder folder;
    const std::string out = folder / "run";
    refuses_with(run({"train", "chain", "--tying", "last:99", "-o", out}),
                 "the last 99 layers of a network of 4 layers\n  where: --tying last:99\n  mend:  0 to 4 of "
                 "them, or more layers");
    refuses(run({"check", "chain", "--tying", "blocks:0"}), {"where: --tying blocks:0"});
    refuses(run({"draw", "chain", "--view", "step", "--tying", "tide", "-o", folder / "a.dot"}),
            {"where: --tying tide", "did you mean 'tied'?"});
    refuses(run({"compare", "chain", "--algorithm", "bq"}), {"where: --algorithm bq", "did you mean 'bp'?"});
    refuses(run({"train", "chain", "--algorithm", "ista", "-o", out}), {"where: --algorithm ista"});
    for (const auto& task : unfurl::all_models()) {
      if (task->name() == "deep_nmf" || task->name() == "spin_glass") continue;  // their data take long
      CAPTURE(task->name());
      const std::set<std::string> proximal = {"lista", "psista", "restore", "tomosar", "sparse_autoencoder"};
      const std::string wrong = proximal.count(task->name()) == 1 ? "bp" : "ista";
      refuses(run({"train", task->name(), "--algorithm", wrong, "-o", out}, task),
              {"where: --algorithm " + wrong});
    }
    for (const std::string forgotten : {"algorithm", "layers", "tying", "epochs"}) {
      const auto task = std::make_shared<ForgetfulTask>(forgotten);
      refuses(run({"train", "chain", "-o", out}, task),
              {"model 'chain' has no default for " + forgotten, "where: Task::defaults() of 'chain'",
               "give --" + forgotten});
    }
    CHECK(
        run({"compare", "chain", "--layers", "2", "--epochs", "1"}, std::make_shared<ForgetfulTask>("layers"))
            .status == 0);
  }

  TEST_CASE("cli: the help of --algorithm names every algorithm") {
    std::string known;
    try {
      unfurl::algorithm_by_name("");
    } catch (const unfurl::ScheduleError& error) {
      known = error.mend();
    }
    REQUIRE(known.starts_with("known: "));
    std::istringstream names(known.substr(7));
    for (const char* command : {"train", "compare", "draw", "check"}) {
      const std::string help = run({command, "--help"}).out;
      for (std::string name; std::getline(names >> std::ws, name, ',');) {
        CAPTURE(name);
        CHECK(holds(help, name));
      }
      names.clear(), names.seekg(0);
    }
  }

  TEST_CASE("cli: slips of the keyboard have the right word offered") {
    refuses(run({"trian", "chain"}), {"did you mean 'train'?"});
    refuses(run({"chain"}), {"'chain' is a model and no command", "unfurl train chain"});
    refuses(run({"--layers", "3", "train", "chain"}), {"there is no option '--layers'", "after a command"});
    refuses(run({"comp", "chain"}), {"did you mean 'compare'?"});
    refuses(run({"draw", "chain", "--view", "netwrok", "-o", "a.svg"}),
            {"--view cannot be 'netwrok'", "did you mean 'network'?"});
    refuses(run({"train", "chain", "--lay", "3", "-o", "a"}), {"did you mean '--layers'?"});
    refuses(run({"list", "chain2"}), {"did you mean 'chain'?"});
  }

  TEST_CASE("cli: infer says which numbers its options take, and refuses what would make no difference") {
    const Folder folder;
    const std::string file = folder / "coin.uai";
    std::ofstream(file) << "MARKOV\n2\n2 2\n1\n2 0 1\n4 1 2 3 4\n";
    const auto infer = [&](std::vector<std::string> words) {
      words.insert(words.begin(), {"infer", file});
      return run(words);
    };
    struct Numbers {
      const char *option, *mend;
    };
    for (const Numbers& n : {Numbers{"--damping", "give a number from 0 to less than 1"},
                             {"--iterations", "give a whole number from 1 to 100000000"},
                             {"--tolerance", "give a number from 0 to 1"},
                             {"--edge-weight", "give a number above 0 and at most 1"},
                             {"--spanning-trees", "give a whole number from 1 to 1000000"},
                             {"--seed", "give a whole number from 0 to 18446744073709551615"},
                             {"--power", "give a number above 0"},
                             {"--scale", "give a number above 0"},
                             {"--offset", "give a number of 0 or more"},
                             {"--memory", "give a number above 0 and at most 1e+09"},
                             {"--threads", "give a whole number from 0 to 4096"}})
      for (const std::string value : {"ten", "nan", "inf", "-1", "1e999", "0x3"}) {
        CAPTURE(n.option);
        CAPTURE(value);
        refuses_with(infer({n.option, value}),
                     unfurl::detail::cat(n.option, " cannot be '", value,
                                         "'\n  where: unfurl infer\n  mend:  ", n.mend));
      }
    for (const char* option : {"--power", "--scale", "--edge-weight", "--memory"})
      refuses(infer({option, "0"}), {"cannot be '0'", "above 0"});
    refuses(infer({"--damping", "1"}), {"--damping cannot be '1'", "less than 1"});
    refuses(infer({"--task", "mpa"}), {"--task cannot be 'mpa'", "did you mean 'map'?"});
    refuses(infer({"--schedule", "floding"}), {"--schedule cannot be 'floding'", "did you mean 'flooding'?"});
    refuses(infer({"--iterations", "3"}), {"algorithm 'exact' has no option --iterations"});
    refuses(infer({"--tolerance", "0"}), {"algorithm 'exact' has no option --tolerance"});
    refuses(infer({"--algorithm", "bp", "--memory", "1"}), {"algorithm 'bp' has no option --memory"});
    refuses(infer({"--algorithm", "trw", "--seed", "2"}), {"nothing is random", "where: --seed"});
    refuses(infer({"--run", folder / "run", "--memory", "1"}),
            {"--run", "--memory", "leave one of the two out"});
    refuses(infer({"--algorithm", "trw", "--edge-weight", "0.5", "--spanning-trees", "5"}),
            {"--edge-weight", "--spanning-trees", "leave one of the two out"});
    CHECK(infer({"--algorithm", "bp", "--iterations", "1e2", "--damping", "+0.5"}).status == 0);
    CHECK(infer({"--algorithm", "trw", "--spanning-trees", "5", "--seed", "2"}).status == 0);
    CHECK(infer({"--memory", "1"}).status == 0);
  }
}
