// Filling patterns with extents and strides.
#include "backend/c/texts/text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "unfurl/error.hpp"

namespace unfurl::c {

namespace {

constexpr char operands[] = "abcd";

/// A loop over one extent with the steps of the result and the operands.
struct Loop {
  int extent = 1;
  std::vector<int> steps;
};

std::vector<int> steps_of(const Site& site, int (Array::*step)() const) {
  std::vector<int> steps{(site.out.*step)()};
  for (const Array& a : site.in) steps.push_back((a.*step)());
  return steps;
}

/// Planes, rows and samples, in as few loops as they can be walked in.
std::vector<Loop> loops_of(const Site& site) {
  const std::array<Loop, 3> all = {
      Loop{site.out.type.planes, steps_of(site, &Array::plane_step)},
      Loop{site.out.type.rows, steps_of(site, &Array::row_step)},
      Loop{site.out.samples, steps_of(site, &Array::sample_step)},
  };
  std::vector<Loop> loops;
  for (const Loop& inner : all) {
    if (inner.extent == 1) continue;
    bool joins = !loops.empty();
    for (std::size_t i = 0; joins && i < inner.steps.size(); ++i)
      joins = loops.back().steps[i] == inner.extent * inner.steps[i];
    if (joins)
      loops.back() = {loops.back().extent * inner.extent, inner.steps};
    else
      loops.push_back(inner);
  }
  return loops;
}

void add_term(std::string& sum, const std::string& index, int step) {
  if (step == 0 || index == "0") return;
  const bool compound = step != 1 && index.find(' ') != std::string::npos;
  if (!sum.empty()) sum += " + ";
  sum += (compound ? "(" + index + ")" : index) + (step == 1 ? "" : " * " + text_of(step));
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

/// Fills patterns, those in brackets too.
class Filler {
 public:
  Filler(const Site& site, const Keys& given) : site_(site), keys_(given) {
    extents("", site.out.type);
    for (std::size_t i = 0; i < site.in.size() && i + 1 < sizeof(operands); ++i)
      extents(std::string(1, operands[i]), site.in[i].type);
    keys_["n"] = text_of(site.samples);
  }

  std::string fill(const std::string& pattern) const {
    std::string out;
    for (std::size_t i = 0; i < pattern.size();) {
      if (pattern[i] != '$') {
        out += pattern[i++];
        continue;
      }
      std::size_t end = i + 1;
      while (end < pattern.size() && (std::isalnum(static_cast<unsigned char>(pattern[end])) != 0)) ++end;
      const std::string key = pattern.substr(i + 1, end - i - 1);
      if (end < pattern.size() && pattern[end] == '[' && key.size() == 1) {
        const std::size_t close = closing(pattern, end);
        out += entry(key[0], pattern.substr(end + 1, close - end - 1));
        i = close + 1;
        continue;
      }
      const auto found = keys_.find(key);
      detail::check(found != keys_.end(), "a pattern names what is there");
      out += found->second;
      i = end;
    }
    return out;
  }

 private:
  void extents(const std::string& prefix, const ir::Type& type) {
    keys_[prefix + "P"] = text_of(type.planes);
    keys_[prefix + "R"] = text_of(type.rows);
  }
  static std::size_t closing(const std::string& pattern, std::size_t at) {
    for (int depth = 0; at < pattern.size(); ++at) {
      depth += pattern[at] == '[' ? 1 : pattern[at] == ']' ? -1 : 0;
      if (depth == 0) break;
    }
    return at;
  }
  std::string entry(char which, const std::string& indices) const {
    std::array<std::string, 3> parts;
    std::size_t part = 0;
    int depth = 0;
    for (const char c : fill(indices)) {
      depth += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
      if (c == ',' && depth == 0)
        detail::check(++part < parts.size(), "an entry has three indices");
      else
        parts[part] += c;
    }
    const Array& array = which == 'o'
                             ? site_.out
                             : site_.in.at(std::string_view(operands).find(which));  // NOLINT: of short names
    return array.at(trimmed(parts[0]), trimmed(parts[1]), trimmed(parts[2]));
  }

  const Site& site_;
  Keys keys_;
};

}  // namespace

std::string text_of(int number) { return std::to_string(number); }

std::string literal(double number) {
  if (std::isnan(number)) return "NAN";
  if (std::isinf(number)) return number > 0 ? "INFINITY" : "-INFINITY";
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text[0] == '-' ? "-R(" + text.substr(1) + ")" : "R(" + text + ")";
}

std::string Array::at(const std::string& plane, const std::string& row, const std::string& sample) const {
  std::string index;
  add_term(index, plane, plane_step());
  add_term(index, row, row_step());
  add_term(index, sample, sample_step());
  return name + "[" + (index.empty() ? "0" : index) + "]";
}

std::vector<ir::Type> Site::types() const {
  std::vector<ir::Type> all;
  for (const Array& a : in) all.push_back(a.type);
  return all;
}

std::string fill(const std::string& pattern, const Site& site, const Keys& keys) {
  return Filler(site, keys).fill(pattern);
}

std::string entry_by_entry(const Site& site, const std::string& expression) {
  const std::vector<Loop> loops = loops_of(site);
  std::vector<std::string> names{site.out.name};
  for (const Array& a : site.in) names.push_back(a.name);
  std::string body;
  std::vector<std::string> index(names.size());
  for (std::size_t k = 0; k < loops.size(); ++k) {
    const std::string i(1, static_cast<char>('i' + k));
    body += detail::cat("for (int ", i, " = 0; ", i, " < ", text_of(loops[k].extent), "; ++", i, ")\n");
    for (std::size_t n = 0; n < names.size(); ++n) add_term(index[n], i, loops[k].steps[n]);
  }
  for (std::size_t n = 0; n < names.size(); ++n) names[n] += "[" + (index[n].empty() ? "0" : index[n]) + "]";
  std::string filled;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] != '{') {
      filled += expression[i];
      continue;
    }
    filled += names[static_cast<std::size_t>(expression[i + 1] - '0') + 1];
    i += 2;
  }
  return body + std::string(2, ' ') + names[0] + " = " + filled + ";\n";
}

Writer find_writer(const ir::Operation& op) {
  for (const Writers* table :
       {&elementwise_writers(), &row_writers(), &plane_writers(), &message_writers(), &convolution_writers(),
        &fourier_writers(), &penalty_writers(), &matrix_writers()})
    if (const auto found = table->find(&op); found != table->end()) return found->second;
  return nullptr;
}

}  // namespace unfurl::c
