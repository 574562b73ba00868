// Detector error models of Stim.
#include <algorithm>
#include <map>

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

class Parser {
 public:
  Parser(std::string_view text, const std::string& name, int most) : lines_(text, name), most_(most) {
    while (const Line* line = lines_.peek()) {
      Instruction instruction = read(lines_.next("an instruction"));
      (void)line;
      run({std::move(instruction)}, 0);
    }
    check_declared();
    model_.detectors = detectors_;
    model_.observables = observables_;
  }
  DetectorErrorModel take() { return std::move(model_); }

 private:
  struct Instruction {
    Line line;
    std::string name;
    std::vector<std::string_view> arguments;
    std::vector<std::string_view> targets;
    std::vector<Instruction> block;
  };

  /// The words of the arguments may be apart: error(0.1) and detector(1, 2).
  Instruction read(Line line, int depth = 0) {
    Instruction i{std::move(line), {}, {}, {}, {}};
    // A view of the line from the name to the last word: words lie in one text.
    const std::string_view first = i.line.words.front(), last = i.line.words.back();
    const std::string_view all(first.data(),
                               static_cast<std::size_t>(last.data() + last.size() - first.data()));
    const std::size_t end = std::min(all.find_first_of("( \t"), all.size());
    i.name = std::string(all.substr(0, end));
    std::string_view rest = all.substr(end);
    if (rest.starts_with('(')) {
      const auto close = rest.find(')');
      if (close == std::string_view::npos)
        lines_.fail(i.line.number, "'(' without ')'", "close it on the same line");
      i.arguments = split(rest.substr(1, close - 1), ", \t");
      rest.remove_prefix(close + 1);
    }
    i.targets = split(rest, " \t\r");
    if (i.name == "repeat") read_block(i, depth);
    return i;
  }

  void read_block(Instruction& repeat, int depth) {
    constexpr int deepest = 64;
    if (repeat.targets.size() != 2 || repeat.targets[1] != "{")
      lines_.fail(repeat.line.number, "'repeat' without a number and '{'", "write: repeat 10 {");
    if (depth == deepest)
      lines_.fail(repeat.line.number, cat("blocks in ", deepest, " others"), "write fewer, one in the other");
    for (;;) {
      Line line = lines_.next("the '}' of a block");
      if (line.words.size() == 1 && line.words[0] == "}") return;
      repeat.block.push_back(read(std::move(line), depth + 1));
    }
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

  void run(const std::vector<Instruction>& block, int depth) {
    for (const Instruction& i : block) {
      if (i.name == "error") {
        add_error(i);
      } else if (i.name == "detector" || i.name == "logical_observable") {
        for (const auto target : i.targets) declare(i, target);
      } else if (i.name == "shift_detectors") {
        if (i.targets.size() != 1) lines_.fail(i.line.number, "'shift_detectors' takes one number", "");
        shift_ += formats::whole(lines_, i.line, i.targets[0], "a shift", 0, most_);
        if (shift_ > most_) lines_.fail(i.line.number, cat("detectors beyond ", most_), "");
      } else if (i.name == "repeat") {
        const int times = formats::whole(lines_, i.line, i.targets[0], "a number of repetitions", 1, most_);
        for (int t = 0; t < times; ++t) {
          spend(i, 1);
          run(i.block, depth + 1);
        }
      } else {
        lines_.fail(i.line.number, cat("there is no instruction '", detail::excerpt(i.name), "'"),
                    "error, detector, logical_observable, shift_detectors or repeat");
      }
    }
  }

  /// Repetitions are work that the text does not show.
  void spend(const Instruction& i, std::size_t amount) {
    spent_ += amount;
    if (spent_ > static_cast<std::size_t>(most_))
      lines_.fail(i.line.number, cat("more than ", most_, " targets and repetitions"), "repeat less often");
  }

  int index(const Instruction& i, std::string_view target, char kind) {
    const int base = kind == 'D' ? shift_ : 0;
    const int n = formats::whole(lines_, i.line, target.substr(1),
                                 kind == 'D' ? "a detector" : "an observable", 0, most_ - base);
    return base + n;
  }

  void declare(const Instruction& i, std::string_view target) {
    const char kind = i.name == "detector" ? 'D' : 'L';
    if (target.front() != kind)
      lines_.fail(i.line.number, cat("'", detail::excerpt(target), "' in '", i.name, "'"),
                  cat("targets begin with ", kind));
    const int n = index(i, target, kind);
    if (kind == 'D') {
      detectors_ = std::max(detectors_, n + 1);
      declared_.push_back(n);
    } else {
      observables_ = std::max(observables_, n + 1);
    }
    spend(i, 1);
  }

  void add_error(const Instruction& i) {
    if (i.arguments.size() != 1)
      lines_.fail(i.line.number, cat("'error' with ", i.arguments.size(), " arguments"),
                  "one probability: error(0.1) D0 D1");
    DetectorErrorModel::Mechanism m{formats::probability(lines_, i.line, i.arguments[0]), {}, {}};
    bool separated = true;
    for (const auto target : i.targets) {
      if (target == "^") {
        if (separated) lines_.fail(i.line.number, "'^' with nothing before it", "it stands between parts");
        separated = true;
        continue;
      }
      separated = false;
      if (target.front() == 'D')
        m.detectors.push_back(index(i, target, 'D'));
      else if (target.front() == 'L')
        m.observables.push_back(index(i, target, 'L'));
      else
        lines_.fail(i.line.number, cat("'", detail::excerpt(target), "' is no target"),
                    "D and L with a number, or ^");
    }
    if (separated && !i.targets.empty())
      lines_.fail(i.line.number, "'^' with nothing after it", "it stands between parts");
    spend(i, 1 + i.targets.size());
    m.detectors = odd_ones(std::move(m.detectors));
    m.observables = odd_ones(std::move(m.observables));
    for (const int d : m.detectors) detectors_ = std::max(detectors_, d + 1), used_.emplace(d, i.line.number);
    for (const int l : m.observables) observables_ = std::max(observables_, l + 1);
    model_.errors.push_back(std::move(m));
  }

  /// Stim declares detectors that have coordinates, and those that no error flips.
  void check_declared() {
    std::sort(declared_.begin(), declared_.end());
    const auto is_declared = [this](int d) {
      return std::binary_search(declared_.begin(), declared_.end(), d);
    };
    if (std::none_of(used_.begin(), used_.end(), [&](const auto& use) { return is_declared(use.first); }))
      return;
    for (const auto& [d, line] : used_)
      if (!is_declared(d))
        lines_.fail(line, cat("an error flips detector D", d, ", which is not declared as others are"),
                    cat("declare it: detector D", d));
  }

  Lines lines_;
  int most_;  // targets of all errors, repeated ones too; also detectors and observables
  DetectorErrorModel model_;
  int shift_ = 0, detectors_ = 0, observables_ = 0;
  std::size_t spent_ = 0;
  std::vector<int> declared_;
  std::map<int, int> used_;  // detectors with the line of their first error
};

}  // namespace

DetectorErrorModel formats::parse_dem(std::string_view text, const std::string& name, int most) {
  return Parser(text, name, most).take();
}

DetectorErrorModel parse_dem(std::string_view text, const std::string& name) {
  return formats::parse_dem(text, name, 1 << 24);
}

Code DetectorErrorModel::code(const std::string& name) const {
  std::map<std::pair<std::vector<int>, std::vector<int>>, double> by_effect;
  for (const Mechanism& m : errors) {
    if (m.probability == 0) continue;
    if (m.detectors.empty() && m.observables.empty()) continue;
    double& p = by_effect[{m.detectors, m.observables}];
    p = p * (1 - m.probability) + m.probability * (1 - p);
  }
  if (by_effect.empty())
    throw DataError("the detector error model has no error that does anything", name,
                    "give at least one error(p) D…");
  std::vector<std::vector<int>> detector_lists, observable_lists;
  Code code{name, {}, {}, {}};
  for (const auto& [effect, p] : by_effect) {
    detector_lists.push_back(effect.first);
    observable_lists.push_back(effect.second);
    code.priors.push_back(p);
  }
  const auto n = static_cast<int>(by_effect.size());
  code.checks = {n, BinaryMatrix{detectors, detector_lists}.by_column()};
  code.logical = {n, BinaryMatrix{observables, observable_lists}.by_column()};
  return code;
}

}  // namespace unfurl
