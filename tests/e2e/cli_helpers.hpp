#pragma once
/// What the tests of the command line share: a small task, and running the program with its output caught.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "paths.hpp"
#include "unfurl/audio_task.hpp"
#include "unfurl/cli.hpp"
#include "unfurl/factors.hpp"

namespace cli_test {

namespace fs = std::filesystem;

/// A folder of its own for a test, gone afterwards.
class Folder {
 public:
  Folder() {
    static std::atomic<int> count{0};
    path_ = fs::temp_directory_path() / unfurl::detail::cat("unfurl-cli-test-", getpid(), "-", count++);
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

inline std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Clean bits of a chain of five, each the same as its neighbour nine times in ten, seen through noise.
inline unfurl::Dataset chains(int count, std::uint64_t seed) {
  unfurl::Random random(seed);
  std::vector<float> clean, seen;
  for (int i = 0; i < count; ++i) {
    bool bit = random.uniform() < 0.5;
    for (int j = 0; j < 5; ++j) {
      if (random.uniform() < 0.1) bit = !bit;
      clean.push_back(bit ? 1.0f : 0.0f);
      seen.push_back(static_cast<float>((bit ? 1 : -1) + 1.2 * random.normal()));
    }
  }
  unfurl::Dataset data;
  data.add("bits", 1, 5, std::move(clean)).add("y", 1, 5, std::move(seen));
  return data;
}

/// Denoising those chains. Options let a test break what it wants broken.
struct ChainOptions {
  bool per_item = true;
  bool audio = false;
  float level = 0.5f;     ///< what enhancing multiplies sound with
  bool runaway = false;   ///< the conventional network trains with a rate that overflows
  bool guests = false;    ///< adds a system that is only measured, and one of another problem
  bool empty = false;     ///< adds a contender without anything
  bool lost = false;      ///< adds a system whose recording is not there
  bool dataless = false;  ///< no network has anything to train with
  std::string data{};     ///< what --data names
};

class ChainProblem : public unfurl::Problem {
 public:
  ChainProblem(const unfurl::Settings& settings, ChainOptions options)
      : options_(std::move(options)), seed_(settings.seed), model_("chain") {
    auto y = model_.observed("y", {5});
    auto x = model_.discrete("x", {5}, 2);
    auto J = model_.param("J", unfurl::per_edge(unfurl::chain(x)), 0.2);
    model_.factor("data", unfurl::each(x), unfurl::Field{model_.param("g", 0.3) * y});
    model_.factor("smooth", unfurl::chain(x), unfurl::Ising{J});
  }
  const unfurl::Model& model() const override { return model_; }
  unfurl::Loss loss() const override { return unfurl::loss::cross_entropy("x", "bits"); }
  unfurl::Optimizer optimizer() const override { return unfurl::Adam{.rate = 0.05}; }
  int batch() const override { return 32; }
  unfurl::DataSource training() const override {
    return unfurl::fixed(chains(options_.dataless ? 0 : 256, 100 + seed_));
  }
  unfurl::Dataset validation() const override { return chains(64, 7); }

  std::vector<unfurl::Metric> evaluate(const unfurl::Network& network) const override {
    const unfurl::Dataset test = chains(200, 8);
    const unfurl::Dataset result = network.run(test, {"x"});
    const auto &p = result["x"].values, &truth = test["bits"].values;
    unfurl::Metric error{"bit error", "%", false, 0, {}};
    for (std::size_t first = 0; first < p.size(); first += 5) {
      double wrong = 0;
      for (std::size_t at = first; at < first + 5; ++at) {
        wrong += (p[at] > 0.5f) == (truth[at] > 0.5f) ? 0 : 20;
      }
      error.per_item.push_back(wrong);
      error.value += wrong / 200;
    }
    if (!options_.per_item) error.per_item.clear();
    return {error, {"rate", "", true, 1 - error.value / 100, {}}};
  }

  std::vector<unfurl::Contender> baselines(const unfurl::Settings& settings) const override {
    unfurl::FeedForward dense;
    dense.input = "y";
    dense.input_type = {1, 5, true, unfurl::real};
    dense.hidden = {8};
    dense.outputs = 5;
    dense.activation = unfurl::FeedForward::Activation::sigmoid;
    dense.output = "x";
    dense.seed = settings.seed;
    std::vector<unfurl::Contender> rows;
    rows.push_back({"dense",
                    unfurl::feed_forward(dense),
                    true,
                    options_.runaway ? unfurl::Optimizer(unfurl::Sgd{.rate = 1e30}) : nullptr,
                    {},
                    "one hidden layer of 8"});
    if (options_.empty) rows.push_back({.name = "nothing"});
    if (options_.lost)
      rows.push_back({.name = "lost", .measure = []() -> std::vector<unfurl::Metric> {
                        throw unfurl::DataError("a recording is not there", "lost.wav");
                      }});
    if (options_.guests) {
      rows.push_back({.name = "perfect", .measure = [] {
                        return std::vector<unfurl::Metric>{
                            {"bit error", "%", false, 0, std::vector<double>(200, 0.0)},
                            {"rate", "", true, 1, {}}};
                      }});
      unfurl::Settings other = settings;
      other.seed = settings.seed + 1;
      rows.push_back({.name = "dense, other data",
                      .network = unfurl::feed_forward(dense),
                      .problem = std::make_shared<ChainProblem>(other, ChainOptions{})});
    }
    return rows;
  }

 private:
  ChainOptions options_;
  std::uint64_t seed_;
  unfurl::Model model_;
};

template <class Base>
class ChainTaskOf : public Base {
 public:
  explicit ChainTaskOf(ChainOptions options = {}) : options_(std::move(options)) {}
  std::string name() const override { return "chain"; }
  std::string summary() const override { return "bits of a chain seen through noise"; }
  unfurl::Settings defaults() const override {
    unfurl::Settings s;
    s.algorithm = "bp";
    s.layers = 4;
    s.tying = "untied";
    s.epochs = 3;
    return s;
  }
  std::unique_ptr<unfurl::Problem> prepare(const unfurl::Settings& settings) const override {
    return std::make_unique<ChainProblem>(settings, options_);
  }
  std::string data() const override { return options_.data; }

 protected:
  ChainOptions options_;
};
using ChainTask = ChainTaskOf<unfurl::Task>;

class SoundingChainTask final : public ChainTaskOf<unfurl::AudioTask> {
 public:
  using ChainTaskOf::ChainTaskOf;
  int rate() const override { return 8000; }
  /// Softer or louder, whatever the network says.
  std::unique_ptr<unfurl::audio::Enhancer> enhancer(const unfurl::Network&,
                                                    const unfurl::Settings&) const override {
    return std::make_unique<unfurl::audio::MaskingEnhancer>(
        unfurl::audio::Stft(200, 80),
        [level = options_.level](std::span<const float> v) { return std::vector<float>(v.size(), level); });
  }
};

inline std::shared_ptr<const unfurl::Task> chain_task(const ChainOptions& options) {
  if (options.audio) return std::make_shared<SoundingChainTask>(options);
  return std::make_shared<ChainTask>(options);
}

struct Outcome {
  int status = -1;
  std::string out, error;
};

/// Sends a stream to a file while it lives.
class Redirect {
 public:
  Redirect(std::FILE* stream, const std::string& path) : stream_(stream) {
    std::fflush(stream_);
    kept_ = dup(fileno(stream_));
    std::FILE* file = std::fopen(path.c_str(), "wb");
    dup2(fileno(file), fileno(stream_));
    std::fclose(file);
  }
  ~Redirect() {
    std::fflush(stream_);
    dup2(kept_, fileno(stream_));
    close(kept_);
  }
  Redirect(const Redirect&) = delete;
  Redirect& operator=(const Redirect&) = delete;

 private:
  std::FILE* stream_;
  int kept_;
};

/// unfurl::run with these words after the program's name, on one task alone.
inline Outcome run(const std::vector<std::string>& words, std::shared_ptr<const unfurl::Task> task) {
  const Folder folder;
  std::vector<const char*> argv{"unfurl"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  Outcome outcome;
  {
    const Redirect out(stdout, folder / "out"), error(stderr, folder / "error");
    outcome.status = unfurl::run(static_cast<int>(argv.size()), argv.data(), {std::move(task)});
  }
  outcome.out = contents(folder / "out");
  outcome.error = contents(folder / "error");
  return outcome;
}

inline Outcome run(const std::vector<std::string>& words, const ChainOptions& options = {}) {
  return run(words, chain_task(options));
}

/// The built program, through the shell.
inline Outcome shell(const std::string& words) {
  const Folder folder;
  const std::string command =
      unfurl::detail::cat("'", unfurl_program, "' ", words, " >", folder / "out", " 2>", folder / "error");
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(folder / "out"), contents(folder / "error")};
}

/// The run must be refused with status 2 and an error of one piece that holds all `parts`.
inline void refuses(const Outcome& outcome, const std::vector<std::string>& parts) {
  INFO("stderr: " << outcome.error << "\nstdout: " << outcome.out);
  CHECK(outcome.status == 2);
  CHECK(outcome.error.starts_with("unfurl: "));
  CHECK(outcome.error.find("unfurl: ", 1) == std::string::npos);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(holds(outcome.error, part));
  }
}

}  // namespace cli_test
