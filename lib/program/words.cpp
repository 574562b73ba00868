#include "program/words.hpp"

#include <charconv>

#include "unfurl/error.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

template <class T>
std::string number(T x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;  // the shortest that reads back the same
  return {text, end};
}

[[noreturn]] void refuse(std::string_view text, const char* wanted) {
  throw DataError(cat("'", text, "' is no ", wanted));
}

template <class T>
T number(std::string_view text, const char* wanted) {
  T x{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc() || end != text.data() + text.size()) refuse(text, wanted);
  return x;
}

/// What lies between two brackets.
std::string_view inside(std::string_view text, char open, char close, const char* wanted) {
  if (text.size() < 2 || text.front() != open || text.back() != close) refuse(text, wanted);
  return text.substr(1, text.size() - 2);
}

/// Calls body(part) for what lies between spaces.
template <class F>
void for_parts(std::string_view text, F body) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    body(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string unquoted(std::string_view text) {
  std::string result;
  const std::string_view all = inside(text, '"', '"', "text in quotation marks");
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == '\\' && i + 1 == all.size()) refuse(text, "text in quotation marks");
    result += all[i] != '\\' ? all[i] : all[++i] == 'n' ? '\n' : all[i];
  }
  return result;
}

Type read_type(std::string_view text) {
  constexpr const char* wanted = "type such as [2, 3, lanes]+";
  Type t;
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) refuse(text, wanted);
  const std::string_view domain = text.substr(end + 1);
  std::string_view extents = inside(text.substr(0, end + 1), '[', ']', wanted);
  t.lanes = extents.ends_with(", lanes");
  if (t.lanes) extents.remove_suffix(7);
  const std::size_t comma = extents.find(", ");
  if (comma == std::string_view::npos) refuse(text, wanted);
  t.planes = number<int>(extents.substr(0, comma), wanted);
  t.rows = number<int>(extents.substr(comma + 2), wanted);
  if (domain == "+") {
    t.domain = Domain::nonneg;
  } else if (domain.starts_with('#')) {
    t.domain = Domain::index;
    if (domain.size() > 1) t.states = number<int>(domain.substr(1), wanted);
  } else if (!domain.empty()) {
    refuse(text, wanted);
  }
  return t;
}

Index read_index(std::string_view text) {
  constexpr const char* wanted = "index table such as (1 0 1 of 2)";
  std::string_view all = inside(text, '(', ')', wanted);
  const std::size_t of = all.rfind("of ");
  if (of == std::string_view::npos) refuse(text, wanted);
  const int count = number<int>(all.substr(of + 3), wanted);
  if (count < 0) refuse(text, wanted);
  std::vector<int> target;
  for_parts(all.substr(0, of), [&](std::string_view part) { target.push_back(number<int>(part, wanted)); });
  return make_index(std::move(target), count);
}

Numbers read_numbers(std::string_view text) {
  constexpr const char* wanted = "list of numbers such as (0.5 1 2)";
  std::vector<double> all;
  for_parts(inside(text, '(', ')', wanted),
            [&](std::string_view part) { all.push_back(number<double>(part, wanted)); });
  return std::make_shared<const std::vector<double>>(std::move(all));
}

struct Write {
  std::string operator()(const bool* x) const { return *x ? "true" : "false"; }
  std::string operator()(const int* x) const { return number(*x); }
  std::string operator()(const double* x) const { return number(*x); }
  std::string operator()(const std::string* x) const { return quoted(*x); }
  std::string operator()(const Axis* x) const { return *x == Axis::rows ? "rows" : "planes"; }
  std::string operator()(const Type* x) const { return to_string(*x); }
  std::string operator()(const Index* x) const {
    if (!*x) return "none";
    std::string s = "(";
    for (const int i : (*x)->target) s += number(i) + " ";
    return s + "of " + number((*x)->count) + ")";
  }
  std::string operator()(const Numbers* x) const {
    if (!*x) return "none";
    std::string s;
    for (const double v : **x) s += (s.empty() ? "" : " ") + number(v);
    return "(" + s + ")";
  }
};

struct Read {
  std::string_view text;

  void operator()(bool* x) const {
    if (text != "true" && text != "false") refuse(text, "true or false");
    *x = text == "true";
  }
  void operator()(int* x) const { *x = number<int>(text, "whole number"); }
  void operator()(double* x) const { *x = number<double>(text, "number"); }
  void operator()(std::string* x) const { *x = unquoted(text); }
  void operator()(Axis* x) const {
    if (text != "rows" && text != "planes") refuse(text, "axis: rows or planes");
    *x = text == "rows" ? Axis::rows : Axis::planes;
  }
  void operator()(Type* x) const { *x = read_type(text); }
  void operator()(Index* x) const { *x = text == "none" ? nullptr : read_index(text); }
  void operator()(Numbers* x) const { *x = text == "none" ? nullptr : read_numbers(text); }
};

}  // namespace

std::string to_string(const Type& type) {
  std::string s = cat("[", type.planes, ", ", type.rows, type.lanes ? ", lanes]" : "]");
  if (type.domain == Domain::nonneg) s += "+";
  if (type.domain == Domain::index) s += type.states > 0 ? cat("#", type.states) : "#";
  return s;
}

std::string quoted(std::string_view text) {
  std::string s = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') s += '\\';
    s += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return s + "\"";
}

std::string word(const Field& field) { return std::visit(Write{}, field); }
void read_word(std::string_view text, const Field& field) { std::visit(Read{text}, field); }

std::string_view first_word(std::string_view text) {
  int open = 0;
  bool quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quotes && c == '\\')
      ++i;
    else if (c == '"')
      quotes = !quotes;
    else if (!quotes && (c == '(' || c == '['))
      ++open;
    else if (!quotes && (c == ')' || c == ']'))
      --open;
    else if (!quotes && open == 0 && c == ' ')
      return text.substr(0, i);
  }
  return text;
}

}  // namespace unfurl::ir
