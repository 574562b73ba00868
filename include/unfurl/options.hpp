/// The choices of a task, and what the command line or a run's checkpoint says of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
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

/// What the command line (or a run's checkpoint) says. Empty or negative fields stand for the task's defaults.
struct Settings {
  std::string algorithm;
  int layers = -1;
  std::string tying;
  int epochs = -1;
  int curriculum = 1;      ///< stages of Trainer::curriculum
  double near_tied = 0;    ///< weight of Loss::near_tied
  double l2 = 0;           ///< weight of Loss::near_zero
  bool from_tied = false;  ///< untied networks start from the tied one, trained as long
  double average = -1;     ///< Trainer::average
  std::uint64_t seed = 1;
  int threads = 0;
  int recompute_every = 0;                       ///< Schedule::recompute_every; 0: nothing is computed again
  std::filesystem::path data;                    ///< folder or file; empty: the task makes its own
  std::map<std::string, std::string> options{};  ///< values of the task's own choices

  /// The value of an option. Throw InternalError for one that is not there.
  std::string word(const std::string& option) const;
  double number(const std::string& option) const;
  int whole(const std::string& option) const;
  bool flag(const std::string& option) const;
};

}  // namespace unfurl
