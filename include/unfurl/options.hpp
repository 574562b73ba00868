/// The choices of a task, and what the command line or a run's checkpoint says of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace unfurl {

/// A choice that a task has beside those of all tasks: `--set name=value`. Its kind says what the value may be and what it
/// is unless the user says otherwise:
///   {"rank", Option::Whole{100, 1, 10000}, "atoms of each source"}
struct Option {
  /// A whole number from `least` to `most`.
  struct Whole {
    int value = 0, least = 0, most = 0;
  };
  /// A number from `least` to `most`.
  struct Number {
    double value = 0, least = 0, most = 0;
  };
  /// One of these words.
  struct Word {
    std::string value;
    std::vector<std::string> words;
  };
  /// "yes" or "no".
  struct Flag {
    bool value = false;
  };
  /// Which commands look at the option; each looks at those before it too, and refuses the others.
  enum class Scope {
    network,   ///< all that have a network: draw
    loss,      ///< those that have a loss: check
    training,  ///< those that train: train
    comparing  ///< compare alone
  };

  std::string name;
  std::variant<Whole, Number, Word, Flag> kind;
  std::string meaning;
  Scope scope = Scope::network;

  std::string standard() const;  ///< the value unless the user says otherwise
  std::string values() const;    ///< what it may be: "1 .. 10000", "no, yes"
  /// The value that a text says, as complete() writes it. Throws ModelError, with what it may be, for anything else.
  std::string read(const std::string& text) const;
};

/// What a task runs with. Tasks give defaults for the first four; see complete().
struct Settings {
  std::string algorithm;
  int layers = 0;
  std::string tying;
  int epochs = 0;
  int curriculum = 1;           ///< stages of Trainer::curriculum
  double near_tied = 0;         ///< weight of Loss::near_tied
  double l2 = 0;                ///< weight of Loss::near_zero
  bool from_tied = false;       ///< untied networks start from the tied one, trained as long
  double average = 0;           ///< Trainer::average
  std::string rate_schedule{};  ///< of RateSchedule::named; empty: as the optimizer has it
  int patience = 0;             ///< Trainer::patience
  int slots = 0;                ///< Trainer::slots
  std::uint64_t seed = 1;
  int threads = 0;                               ///< 0: all
  int recompute_every = 0;                       ///< Schedule::recompute_every; 0: nothing is computed again
  std::size_t memory = 0;                        ///< Trainer::memory, in bytes; 0: any number
  std::filesystem::path data;                    ///< folder or file; empty: the task makes its own
  std::map<std::string, std::string> options{};  ///< values of the task's own choices

  /// The value of an option. Throw InternalError for one that is not there.
  std::string word(const std::string& option) const;
  double number(const std::string& option) const;
  int whole(const std::string& option) const;
  bool flag(const std::string& option) const;
};

/// What somebody asks for: the command line, a run's checkpoint, a test. What is absent the task's defaults say.
struct Request {
  Request() = default;
  Request(Settings settings);  // NOLINT: settings ask for all that they hold

  std::optional<std::string> algorithm{};
  std::optional<int> layers{};
  std::optional<std::string> tying{};
  std::optional<int> epochs{};
  std::optional<int> curriculum{};
  std::optional<double> near_tied{}, l2{};
  bool from_tied = false;
  std::optional<double> average{};
  std::optional<std::string> rate_schedule{};
  std::optional<int> patience{}, slots{};
  std::optional<std::uint64_t> seed{};
  std::optional<int> threads{}, recompute_every{};
  std::optional<std::size_t> memory{};
  std::optional<std::filesystem::path> data{};
  std::map<std::string, std::string> options{};
};

}  // namespace unfurl
