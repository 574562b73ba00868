// Deep NMF on synthetic speech: the systems that are compared, and what they look at.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "e2e/rows.hpp"
#include "models/models.hpp"
#include "models/speech/enhance.hpp"
#include "models/speech/mask_network.hpp"
#include "models/speech/recordings.hpp"
#include "unfurl/extend/optimizer.hpp"

using namespace unfurl;
using test::row;

namespace {

Settings small(std::map<std::string, std::string> options = {}) {
  Request s;
  s.layers = 3;
  s.options = std::move(options);
  s.options.insert({{"rank", "4"}, {"mixtures", "2"}});
  return complete(*deep_nmf(), s);
}

std::size_t trained(const std::vector<Contender>& rows, const std::string& name) {
  return row(rows, name).network.value().trained_count();
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("deep_nmf: the oracle's mask is far above the mixture, and both stand beside the networks") {
    const auto problem = deep_nmf()->prepare(small());
    const std::vector<Contender> rows = problem->contenders(small());
    const double before = row(rows, "unprocessed").measure()[0].value,
                 best = row(rows, "oracle ratio mask").measure()[0].value;
    CHECK(best > before + 6);
    const double inferred = problem->evaluate(row(rows, "untrained").network.value())[0].value;
    CHECK(inferred < best);
  }

  TEST_CASE("deep_nmf: dictionaries of the rows") {
    constexpr std::size_t one = std::size_t{201} * 8;  // a dictionary of four atoms each
    constexpr std::size_t per_layer = std::size_t{3} * 8;
    const Settings few = small(), all = small({{"systems", "untying"}});
    const auto problem = deep_nmf()->prepare(few);
    const std::vector<Contender> rows = problem->contenders(few);
    CHECK(trained(rows, "tied") == 2 * one);
    CHECK(trained(rows, "tied, one dictionary") == one);
    CHECK(trained(rows, "untied") == 4 * one);
    const auto between = deep_nmf()->prepare(all);
    const std::vector<Contender> more = between->contenders(all);
    CHECK(trained(more, "mask alone") == one);
    CHECK(trained(more, "last 1") == 2 * one);
    CHECK(trained(more, "sparsity per layer") == per_layer);
    CHECK(trained(more, "untied with sparsity") == 4 * one + per_layer);
    const Settings learned = small({{"learn", "divergence"}}), everything = small({{"learn", "all"}});
    CHECK(deep_nmf()->prepare(learned)->network(learned).trained_count() == 4 * one + 3);
    CHECK(deep_nmf()->prepare(everything)->network(everything).trained_count() == 4 * one + per_layer + 3);
  }

  TEST_CASE("deep_nmf: feed-forward masks see the frames around and mask the present one") {
    const Settings s = small({{"past", "2"}, {"ahead", "1"}});
    const auto problem = deep_nmf()->prepare(s);
    const std::vector<Contender> rows = problem->contenders(s);
    const auto found = std::find_if(rows.begin(), rows.end(), [](const Contender& c) {
      return c.name.starts_with("feed-forward mask") && c.name.ends_with("4 frames");
    });
    REQUIRE(found != rows.end());
    Network network = found->network.value();
    const auto set = [&](const std::string& name, double value) {
      Parameter& p = network.parameter(name);
      std::fill(p.values.begin(), p.values.end(), value);
    };
    set("weight2", 0);
    set("bias2", 100);  // a mask of ones
    const Dataset data = problem->validation();
    const Samples masked = network.run(data, {"speech"}).take("speech");
    const std::vector<float>& v = data["V"].values;
    REQUIRE(masked.rows == 201);
    REQUIRE(data["V"].rows == 4 * 201);
    int wrong = 0;
    for (std::size_t i = 0; i < masked.values.size(); ++i)
      wrong += masked.values[i] == v[i / 201 * 804 + 402 + i % 201] ? 0 : 1;
    CHECK(wrong == 0);
  }

  TEST_CASE("deep_nmf: an epoch has an excerpt of every mixture, drawn from seed and epoch") {
    const auto frames_of = [](const std::string& seconds, int epoch) {
      const auto problem = deep_nmf()->prepare(small({{"excerpt", seconds}}));
      return (*problem->training().load(epoch, 0))["V"].values;
    };
    const std::vector<float> excerpts = frames_of("0.5", 0);
    CHECK(excerpts.size() ==
          std::size_t{2} * 201 * 53);  // all frames that a window of 25 ms has in half a second
    CHECK(excerpts == frames_of("0.5", 0));
    CHECK(excerpts != frames_of("0.5", 1));
    CHECK(frames_of("0", 0).size() > 2 * excerpts.size());
    CHECK(frames_of("0", 0) == frames_of("3600", 0));
  }

  TEST_CASE("deep_nmf: long epochs come in parts, which are all of the epoch") {
    const auto speech = Speech::open("");
    for (const bool vary : {false, true}) {
      Speech::Stream o{.shape = {}, .mixtures = 6, .vary = vary, .excerpt = 16000, .part_seconds = 1e6};
      const auto frames = [&](const DataSource& source, int epoch, int part) {
        return source.load(epoch, part)->operator[]("V").values;
      };
      const DataSource whole = Speech::stream(speech, o);
      CHECK(whole.parts == 1);
      o.part_seconds = vary ? 2 : 6;  // excerpts are of at most a second, sentences of about three
      const DataSource parts = Speech::stream(speech, o);
      REQUIRE(parts.parts > 1);
      CHECK(parts.parts <= 6);
      std::vector<float> together;
      for (int part = 0; part < parts.parts; ++part) {
        const std::vector<float> v = frames(parts, 1, part);
        CHECK(v.size() < frames(whole, 1, 0).size());
        together.insert(together.end(), v.begin(), v.end());
      }
      if (!vary) CHECK(together == frames(whole, 1, 0));  // the manifest's mixtures in the same order
      CHECK(frames(parts, 1, 1) == frames(Speech::stream(speech, o), 1, 1));  // asked for in whatever order
      CHECK(frames(parts, 1, 1) != frames(parts, 1, 0));
    }
  }

  TEST_CASE("deep_nmf: transforms longer than the window give more bins") {
    const auto problem = deep_nmf()->prepare(small({{"window", "64"}, {"hop", "24"}, {"fft", "128"}}));
    CHECK(problem->validation()["V"].rows == 65);
    const double before = row(problem->contenders(small()), "unprocessed").measure()[0].value;
    CHECK(problem->evaluate(row(problem->contenders(small()), "untrained").network.value())[0].value >
          before);
    CHECK_THROWS_AS(deep_nmf()->prepare(small({{"fft", "200"}})), DataError);
  }

  TEST_CASE(
      "deep_nmf: without a folder for temporary files there is no synthetic speech, and an error says so") {
    const char* kept = std::getenv("TMPDIR");
    const std::string before = kept ? kept : "";
    setenv("TMPDIR", "/nowhere/at/all", 1);
    CHECK_THROWS_WITH_AS(Speech::open(""), doctest::Contains("no folder for temporary files"), DataError);
    if (kept)
      setenv("TMPDIR", before.c_str(), 1);
    else
      unsetenv("TMPDIR");
  }

  TEST_CASE("deep_nmf: wider masks take smaller rates") {
    FrameShape one, nine;
    nine.past = 8;
    CHECK(mask_rate(one, 64) == doctest::Approx(1 / std::sqrt(201.0 * 64)));
    CHECK(mask_rate(one, 256) == doctest::Approx(mask_rate(one, 64) / 2));
    CHECK(mask_rate(nine, 64) == doctest::Approx(mask_rate(one, 64) / 3));
  }

  TEST_CASE("deep_nmf: gamma adds the error of what the mask leaves") {
    const auto loss_of = [](const std::map<std::string, std::string>& options) {
      const Settings s = small(options);
      const auto problem = deep_nmf()->prepare(s);
      return evaluate_loss(problem->network(s), problem->loss(), problem->validation());
    };
    const double speech = loss_of({}), half = loss_of({{"gamma", "0.5"}}), whole = loss_of({{"gamma", "1"}});
    CHECK(half > 1.05 * speech);
    CHECK(whole - speech == doctest::Approx(2 * (half - speech)).epsilon(1e-4));
    // Magnitudes do not add up, but nearly: a mask that errs by x for the speech errs by -x for the noise.
    CHECK(whole < 4 * speech);
  }

  TEST_CASE("deep_nmf: the noise's dictionary is adapted to the mixture, the speech's is not") {
    Settings s = small({{"reconstruction", "shared"}, {"sparsity", "5"}});
    s.tying = "tied";
    s.layers = 25;
    const auto problem = deep_nmf()->prepare(s);
    const std::vector<audio::Mixture> mixtures{Speech::open({})->dev_mixtures().front()};
    const Network network = problem->network(s);
    const auto adapted = [&](int iterations) {
      return adapt_to_mixtures(network, FrameShape{}, {.rank = 8, .sparsity = 5, .iterations = iterations},
                               mixtures);
    };
    const auto distance = [&](const std::vector<std::vector<float>>& signals) {
      double sum = 0;
      const std::vector<std::vector<float>> plain = enhance_mixtures(network, FrameShape{}, mixtures);
      for (std::size_t i = 0; i < plain[0].size(); ++i) sum += std::abs(plain[0][i] - signals[0][i]);
      return sum / static_cast<double>(plain[0].size());
    };
    CHECK(distance(adapted(0)) < 1e-6);
    CHECK(distance(adapted(5)) > 1e-4);
    CHECK(distance(adapted(50)) > distance(adapted(5)));
  }

  TEST_CASE("deep_nmf: every set of systems that may be compared") {
    const std::vector<Option> options = deep_nmf()->options();
    const auto systems =
        std::find_if(options.begin(), options.end(), [](const Option& o) { return o.name == "systems"; });
    REQUIRE(systems != options.end());
    for (const std::string& word : std::get<Option::Word>(systems->kind).words) {
      CAPTURE(word);
      Settings s = small({{"systems", word}, {"frames", "2"}});
      if (word == "paper" || word == "depth") {  // they have depths of their own
        CHECK_THROWS_WITH_AS(deep_nmf()->prepare(s)->contenders(s), doctest::Contains("of their own"),
                             ModelError);
        s.layers = deep_nmf()->defaults().layers;
      }
      const auto problem = deep_nmf()->prepare(s);
      const std::vector<Contender> rows = problem->contenders(s);
      CHECK(rows.size() >= 5);
      for (const Contender& c : rows) CHECK((c.network.has_value() || c.measure));
    }
  }

  TEST_CASE("deep_nmf: the paper's row takes both halves as they come through all layers") {
    const auto problem = deep_nmf()->prepare(small({{"optimizer", "paper"}}));
    CHECK(problem->optimizer()->split());
    CHECK(!problem->optimizer()->cancel_per_layer());
    CHECK(problem->optimizer()->describe().starts_with("MultiplicativeBackprop exponent=1 change=0 "));
    for (const Contender& c : deep_nmf()->prepare(small())->contenders(small())) {
      if (c.name != "untied, the paper's rule") continue;
      CHECK(!c.optimizer->cancel_per_layer());
      CHECK(c.note.find("as published") != std::string::npos);
      const Expr explained = c.problem->model().factors()[0].spec.args.back();
      CHECK(explained.node().args[0].node().text == "unit_columns");
      return;
    }
    FAIL("no row of the paper's rule");
  }

  TEST_CASE("deep_nmf: what cannot be trained is refused") {
    const auto refuses = [](std::map<std::string, std::string> options, const char* what,
                            const char* algorithm = "mu") {
      Settings s = small(std::move(options));
      s.algorithm = algorithm;
      CHECK_THROWS_WITH_AS(deep_nmf()->prepare(s), doctest::Contains(what), ModelError);
    };
    refuses({{"gamma", "1"}, {"objective", "si-sdr"}}, "si-sdr does not have");
    refuses({{"objective", "si-sdr"}}, "a single window");
    refuses({{"objective", "si-sdr"}, {"frames", "8"}, {"target", "phase-sensitive"}},
            "no use for a phase-sensitive");
    refuses({{"learn", "divergence"}}, "no beta to learn", "ista");
    refuses({{"frames", "250"}}, "do not fit into an excerpt");
    const std::map<std::string, std::string> multiplicative{{"optimizer", "multiplicative"}};
    refuses(multiplicative, "lista's matrices", "lista");
    refuses({{"optimizer", "multiplicative"}, {"learn", "divergence"}, {"beta", "-0.5"}},
            "a beta that starts from 0 or less");
    CHECK_NOTHROW(deep_nmf()->prepare(small({{"learn", "divergence"}, {"beta", "-0.5"}})));
  }

  TEST_CASE("deep_nmf: looking at the last frame's activations takes samples of several frames") {
    for (const char* option : {"start", "convolutive"}) {
      const std::string value = option == std::string("start") ? "carried" : "yes";
      CHECK_THROWS_WITH_AS(deep_nmf()->prepare(small({{option, value}})),
                           doctest::Contains("--set frames=16"), ModelError);
      const Settings s = small({{option, value}, {"frames", "8"}});
      const auto problem = deep_nmf()->prepare(s);
      const Network network = problem->network(s);
      CHECK(problem->validation()["H.previous"].rows == 8);
      for (const GradientCheck& check :
           check_gradients(network, problem->loss(), problem->validation(), 3, 1e-3)) {
        CAPTURE(check.parameter);
        CHECK(check.passed);
      }
    }
  }
}
