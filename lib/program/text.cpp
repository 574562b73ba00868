// The text form of programs, written and read.
#include <map>

#include "program/words.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/operation.hpp"
#include "unfurl/extend/program.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

/// "layer 1, state, \"factor 'smooth' (denoiser.cpp:14)\"".
std::string place_of(const Node& n) {
  std::string s;
  const auto add = [&](const std::string& part) { s += (s.empty() ? "" : ", ") + part; };
  if (n.layer >= 0) add(cat("layer ", n.layer));
  if (n.state) add("state");
  if (!n.origin.empty()) add(quoted(n.origin));
  return s;
}

/// A line of a program, read word by word.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}
  bool empty() const { return rest_.empty(); }
  std::string_view next() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    const std::string_view word = first_word(rest_);
    rest_.remove_prefix(word.size());
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return word;
  }
  std::string_view peek() const { return first_word(rest_); }
  void expect(std::string_view word) {
    if (const auto found = next(); found != word)
      throw DataError(cat("'", word, "' is missing before '", found, "'"));
  }

 private:
  std::string_view rest_;
};

int read_whole(std::string_view text) {
  int number = 0;
  read_word(text, &number);
  return number;
}

class Reader {
 public:
  explicit Reader(const std::vector<const Operation*>& more) {
    for (const Operation* op : more) more_.emplace(op->name, op);
  }

  Graph read(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      try {
        read_line(Line(text.substr(0, end)));
      } catch (const DataError& error) {
        fail(error.what_happened(), number, error.mend());
      } catch (const InternalError& error) {  // operands that do not fit: here the text is at fault
        fail(error.what_happened(), number, error.mend());
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(graph_);
  }

 private:
  [[noreturn]] static void fail(const std::string& what, int line, const std::string& mend) {
    throw DataError(
        what, cat("line ", line, " of the program"),
        mend.empty() ? "write lines as Graph::text() does: %3:[1, 2]+ = maximum %0 threshold=0.5" : mend);
  }

  Value value(std::string_view word) const {
    if (!word.starts_with('%')) throw DataError(cat("'", word, "' is no value such as %3"));
    const Value v{read_whole(word.substr(1))};
    if (v.id < 0 || v.id >= graph_.size()) throw DataError(cat("there is no value ", word, " yet"));
    return v;
  }

  const Operation& operation(std::string_view name) const {
    const auto found = more_.find(name);
    const Operation* op = found == more_.end() ? find_operation(name) : found->second;
    if (op) return *op;
    std::vector<std::string> known;
    for (const Operation* other : all_operations()) known.push_back(other->name);
    throw DataError(cat("there is no operation '", name, "'"), "", detail::did_you_mean(name, known));
  }

  void read_line(Line line) {
    if (line.empty() || line.peek().starts_with('#')) return;  // a remark
    const std::string_view first = line.next();
    if (first == "return") return read_output(line);
    const std::string head = cat("%", graph_.size(), ":");
    if (!first.starts_with(head))
      throw DataError(cat("a line begins with '", first, "', not with '", head, "'"));
    Type type;
    read_word(first.substr(head.size()), &type);
    line.expect("=");
    const Operation& op = operation(line.next());
    std::vector<Value> args;
    while (line.peek().starts_with('%')) args.push_back(value(line.next()));
    Attributes attributes = op.attributes;
    while (!line.empty() && line.peek() != "#") {
      const std::string_view word = line.next();
      const std::size_t equal = word.find('=');
      if (equal == std::string_view::npos)
        throw DataError(cat("'", word, "' is no attribute such as begin=2"));
      attributes = attributes.with(std::string(word.substr(0, equal)), std::string(word.substr(equal + 1)));
    }
    Place place = read_place(line);
    const Value v =
        graph_.add(op, std::move(args), std::move(attributes), place.layer, std::move(place.origin));
    if (place.state) graph_.mark_state(v);
    if (graph_.type(v) != type)
      throw DataError(cat("'", op.name, "' gives ", to_string(graph_.type(v)), ", not ", to_string(type)));
  }

  struct Place {
    int layer = -1;
    bool state = false;
    std::string origin;
  };
  static Place read_place(Line& line) {
    Place place;
    if (!line.empty()) line.expect("#");
    while (!line.empty()) {
      std::string_view word = line.next();
      if (word == "layer") {
        word = line.next();
        place.layer = read_whole(word.substr(0, word.find(',')));
      } else if (word.starts_with('"')) {
        read_word(word, &place.origin);
      } else if (word.starts_with("state")) {
        place.state = true;
      } else {
        throw DataError(cat("'", word, "' is none of layer, state and what asked for the value"));
      }
    }
    return place;
  }

  void read_output(Line line) {
    std::string name;
    read_word(line.next(), &name);
    line.expect("=");
    graph_.outputs.emplace_back(name, value(line.next()));
  }

  std::map<std::string_view, const Operation*> more_;
  Graph graph_;
};

}  // namespace

std::string Graph::text() const {
  std::string s;
  for (int i = 0; i < size(); ++i) {
    const Node& n = (*this)[Value{i}];
    s += cat("%", i, ":", to_string(n.type), " = ", n.op->name);
    for (Value a : n.args) s += cat(" %", a.id);
    if (const std::string attributes = n.attributes.text(n.op->attributes); !attributes.empty())
      s += " " + attributes;
    if (const std::string place = place_of(n); !place.empty()) s += "  # " + place;
    s += "\n";
  }
  for (const auto& [name, v] : outputs) s += cat("return ", quoted(name), " = %", v.id, "\n");
  return s;
}

Graph program_from_text(std::string_view text, const std::vector<const Operation*>& more) {
  return Reader(more).read(text);
}

}  // namespace unfurl::ir
