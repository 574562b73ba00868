// Detector error models of Stim.
#include <algorithm>
#include <limits>

#include "core/printable.hpp"
#include "formats/codes/limited.hpp"
#include "formats/codes/lines.hpp"
#include "unfurl/code_files.hpp"

namespace unfurl {

using detail::cat;
using formats::Line;
using formats::Lines;

namespace {

/// Targets without those that are there twice.
std::vector<int> odd_ones(std::vector<int> targets) {
  std::sort(targets.begin(), targets.end());
  std::vector<int> odd;
  for (std::size_t i = 0; i < targets.size();) {
    std::size_t j = i;
    while (j < targets.size() && targets[j] == targets[i]) ++j;
    if ((j - i) % 2 == 1) odd.push_back(targets[i]);
    i = j;
  }
  return odd;
}

struct Target {
  char kind = 'D';  // or L, or ^
  int number = 0;
};

/// An instruction: in blocks that are repeated, a few bytes for each of the text.
struct Step {
  enum class Kind { error, detector, observable, shift, repeat } kind = Kind::error;
  int line = 0;
  int number = 0;                    // of repetitions, or the shift
  double probability = 0;            // of an error
  std::size_t targets = 0, end = 0;  // from, to; of a repetition: `end` is the step behind its block
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& name, int most)
      : lines_(text, name), limit_(most + static_cast<std::int64_t>(text.size() / 16)) {
    while (lines_.peek() != nullptr) {
      read(lines_.next("an instruction"), 0);
      run(0, steps_.size(), false);
      steps_.clear();
      targets_.clear();
    }
    check_declared();
    model_.detectors = static_cast<int>(used_.size());
    model_.observables = observables_;
  }
  DetectorErrorModel take() { return std::move(model_); }

 private:
  /// The words of the arguments may be apart: error(0.1) and detector(1, 2).
  void read(const Line& line, int depth) {
    // A view of the line from the name to the last word: words lie in one text.
    const std::string_view first = line.words.front(), last = line.words.back();
    const std::string_view all(first.data(),
                               static_cast<std::size_t>(last.data() + last.size() - first.data()));
    const std::size_t end = std::min(all.find_first_of("( \t"), all.size());
    const std::string_view name = all.substr(0, end);
    std::string_view rest = all.substr(end), arguments;
    if (rest.starts_with('(')) {
      const auto close = rest.find(')');
      if (close == std::string_view::npos)
        lines_.fail(line.number, "'(' without ')'", "close it on the same line");
      arguments = rest.substr(1, close - 1);
      rest.remove_prefix(close + 1);
    }
    const std::vector<std::string_view> words = split(rest, " \t\r");
    Step step{Step::Kind::error, line.number};
    step.targets = targets_.size();
    if (name == "error") {
      read_error(line, split(arguments, ", \t"), words, step);
    } else if (name == "detector" || name == "logical_observable") {
      step.kind = name == "detector" ? Step::Kind::detector : Step::Kind::observable;
      read_declared(line, name, words);
    } else if (name == "shift_detectors") {
      step.kind = Step::Kind::shift;
      if (words.size() != 1) lines_.fail(line.number, "'shift_detectors' takes one number", "");
      step.number = formats::whole(lines_, line, words[0], "a shift", 0, any);
    } else if (name == "repeat") {
      return read_block(line, words, step, depth);
    } else {
      lines_.fail(line.number, cat("there is no instruction '", detail::excerpt(name), "'"),
                  "error, detector, logical_observable, shift_detectors or repeat");
    }
    step.end = targets_.size();
    steps_.push_back(step);
  }

  void read_block(const Line& line, const std::vector<std::string_view>& words, Step& step, int depth) {
    constexpr int deepest = 64;
    step.kind = Step::Kind::repeat;
    if (words.size() != 2 || words[1] != "{")
      lines_.fail(line.number, "'repeat' without a number and '{'", "write: repeat 10 {");
    if (depth == deepest)
      lines_.fail(line.number, cat("blocks in ", deepest, " others"), "write fewer, one in the other");
    step.number = formats::whole(lines_, line, words[0], "a number of repetitions", 1, any);
    const std::size_t place = steps_.size();
    steps_.push_back(step);
    for (;;) {
      const Line inner = lines_.next("the '}' of a block");
      if (inner.words.size() == 1 && inner.words[0] == "}") break;
      read(inner, depth + 1);
    }
    steps_[place].end = steps_.size();
  }

  static std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (auto from = text.find_first_not_of(separators); from != std::string_view::npos;
         from = text.find_first_not_of(separators)) {
      text.remove_prefix(from);
      const std::size_t length = std::min(text.find_first_of(separators), text.size());
      parts.push_back(text.substr(0, length));
      text.remove_prefix(length);
    }
    return parts;
  }

  void read_error(const Line& line, const std::vector<std::string_view>& arguments,
                  const std::vector<std::string_view>& words, Step& step) {
    if (arguments.size() != 1)
      lines_.fail(line.number, cat("'error' with ", arguments.size(), " arguments"),
                  "one probability: error(0.1) D0 D1");
    step.probability = formats::probability(lines_, line, arguments[0]);
    bool separated = true;
    for (const auto word : words) {
      if (word == "^") {
        if (separated) lines_.fail(line.number, "'^' with nothing before it", "it stands between parts");
        separated = true;
        continue;
      }
      separated = false;
      if (word.front() != 'D' && word.front() != 'L')
        lines_.fail(line.number, cat("'", detail::excerpt(word), "' is no target"),
                    "D and L with a number, or ^");
      add_target(line, word);
    }
    if (separated && !words.empty())
      lines_.fail(line.number, "'^' with nothing after it", "it stands between parts");
  }

  void read_declared(const Line& line, std::string_view name, const std::vector<std::string_view>& words) {
    const char kind = name == "detector" ? 'D' : 'L';
    for (const auto word : words) {
      if (word.front() != kind)
        lines_.fail(line.number, cat("'", detail::excerpt(word), "' in '", name, "'"),
                    cat("targets begin with ", kind));
      add_target(line, word);
    }
  }

  void add_target(const Line& line, std::string_view word) {
    const char kind = word.front();
    targets_.push_back({kind, formats::whole(lines_, line, word.substr(1),
                                             kind == 'D' ? "a detector" : "an observable", 0, any)});
  }

  void run(std::size_t from, std::size_t to, bool repeated) {
    for (std::size_t i = from; i < to; ++i) {
      const Step& step = steps_[i];
      if (repeated) spend(step, 1);
      if (step.kind == Step::Kind::repeat) {
        for (int t = 0; t < step.number; ++t) {
          spend(step, 1);
          run(i + 1, step.end, true);
        }
        i = step.end - 1;
        continue;
      }
      if (repeated) spend(step, step.end - step.targets);
      if (step.kind == Step::Kind::error)
        add_error(step);
      else if (step.kind == Step::Kind::shift)
        shift_ = within_limit(step, shift_ + step.number);
      else
        for (std::size_t t = step.targets; t < step.end; ++t) declare(step, targets_[t]);
    }
  }

  /// Repetitions are work and memory that the text does not show.
  void spend(const Step& step, std::size_t amount) {
    spent_ += static_cast<std::int64_t>(amount);
    if (spent_ > limit_)
      lines_.fail(step.line,
                  cat("the file repeats more than ", limit_, " instructions and targets, the most for its ",
                      lines_.bytes(), " bytes"),
                  "repeat less often, or write the repetitions out");
  }

  int within_limit(const Step& step, std::int64_t number) {
    if (number >= limit_)
      lines_.fail(step.line,
                  cat("detector or observable ", number, "; a file of ", lines_.bytes(),
                      " bytes may have them below ", limit_),
                  "number them without gaps");
    return static_cast<int>(number);
  }

  int index(const Step& step, Target target) {
    return within_limit(step, std::int64_t{target.number} + (target.kind == 'D' ? shift_ : 0));
  }

  int& use_of(int detector) {
    const auto d = static_cast<std::size_t>(detector);
    if (d >= used_.size()) used_.resize(d + 1);
    return used_[d];
  }

  void declare(const Step& step, Target target) {
    const int n = index(step, target);
    if (target.kind == 'D') {
      use_of(n);
      declared_.push_back(n);
    } else {
      observables_ = std::max(observables_, n + 1);
    }
  }

  void add_error(const Step& step) {
    DetectorErrorModel::Mechanism m{step.probability, {}, {}};
    for (std::size_t t = step.targets; t < step.end; ++t)
      (targets_[t].kind == 'D' ? m.detectors : m.observables).push_back(index(step, targets_[t]));
    m.detectors = odd_ones(std::move(m.detectors));
    m.observables = odd_ones(std::move(m.observables));
    for (const int d : m.detectors)
      if (int& line = use_of(d); line == 0) line = step.line;
    for (const int l : m.observables) observables_ = std::max(observables_, l + 1);
    model_.errors.push_back(std::move(m));
  }

  /// Stim declares detectors that have coordinates, and those that no error flips.
  void check_declared() {
    std::vector<bool> is_declared(used_.size());
    bool both = false;
    for (const int d : declared_) {
      is_declared[static_cast<std::size_t>(d)] = true;
      both = both || used_[static_cast<std::size_t>(d)] != 0;
    }
    if (!both) return;
    for (std::size_t d = 0; d < used_.size(); ++d)
      if (used_[d] != 0 && !is_declared[d])
        lines_.fail(used_[d], cat("an error flips detector D", d, ", which is not declared as others are"),
                    cat("declare it: detector D", d));
  }

  static constexpr int any = std::numeric_limits<int>::max();

  Lines lines_;
  std::int64_t limit_;  // of what is repeated, and of detectors and observables
  DetectorErrorModel model_;
  std::vector<Step> steps_;
  std::vector<Target> targets_;
  int shift_ = 0, observables_ = 0;
  std::int64_t spent_ = 0;
  std::vector<int> declared_;
  std::vector<int> used_;  // of every detector, the line of the first error that flips it, or 0
};

}  // namespace

DetectorErrorModel formats::parse_dem(std::string_view text, const std::string& name, int most) {
  return Parser(text, name, most).take();
}

DetectorErrorModel parse_dem(std::string_view text, const std::string& name) {
  return formats::parse_dem(text, name, formats::most_rows);
}

}  // namespace unfurl
