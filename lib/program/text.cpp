// The text form of programs, written and read.
#include <algorithm>
#include <map>

#include "program/compact_text.hpp"
#include "program/shared_indices.hpp"
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
  Reader(const std::vector<const Operation*>& more, std::size_t bytes)
      : most_repeated_(std::max(std::size_t{24} << 20, 6 * bytes)) {
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
        fail(error.what_happened(), number, "");
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
    if (first == "table") return read_table(line);
    const std::string head = cat("%", graph_.size(), ":");
    if (!first.starts_with(head))
      throw DataError(cat("a line begins with '", first, "', not with '", head, "'"));
    Type type;
    read_word(first.substr(head.size()), &type);
    if (numbers_in(type) > most_numbers) throw DataError(cat("a value of type ", to_string(type)));
    line.expect("=");
    const Operation& op = operation(line.next());
    std::vector<Value> args;
    while (line.peek().starts_with('%')) args.push_back(value(line.next()));
    double numbers = numbers_in(type);
    for (const Value arg : args) numbers += numbers_in(graph_.type(arg));
    Attributes attributes = read_attributes(op, line, numbers);
    Place place = read_place(line);
    const Value v =
        graph_.add(op, std::move(args), std::move(attributes), place.layer, std::move(place.origin));
    if (place.state) graph_.mark_state(v);
    if (graph_.type(v) != type)
      throw DataError(cat("'", op.name, "' gives ", to_string(graph_.type(v)), ", not ", to_string(type)));
  }

  static constexpr double most_numbers = 2147483647;
  static double numbers_in(const Type& type) {
    return static_cast<double>(type.planes) * static_cast<double>(type.rows);
  }

  /// Tables take memory for what they count to, which is something of the operands' or of the result.
  static void check_count(std::string_view value, double numbers) {
    constexpr double small = 1 << 20;
    const std::size_t of = value.rfind("of ");
    if (!value.starts_with('(') || !value.ends_with(')') || of == std::string_view::npos) return;
    int count = 0;
    read_word(value.substr(of + 3, value.size() - of - 4), &count);
    if (count > std::max(small, numbers))
      throw DataError(cat("a table of ", count, " for ", numbers, " numbers"));
  }

  /// Operations whose attributes are the same words share them: tables that stand in the text once are so in memory.
  Attributes read_attributes(const Operation& op, Line& line, double numbers) {
    std::vector<std::string_view> words;
    std::string all = op.name;
    bool named = false;
    while (!line.empty() && line.peek() != "#") {
      words.push_back(line.next());
      all += cat(" ", words.back());
      named = named || words.back().find("=@") != std::string_view::npos;
    }
    if (const auto found = shared_.find(all); found != shared_.end()) return found->second;
    Attributes attributes = op.attributes;
    for (const std::string_view word : words) {
      const std::size_t equal = word.find('=');
      if (equal == std::string_view::npos)
        throw DataError(cat("'", word, "' is no attribute such as begin=2"));
      const std::string_view value = in_full(word.substr(equal + 1));
      check_count(value, numbers);
      attributes = attributes.with(std::string(word.substr(0, equal)), std::string(value));
    }
    if (named) shared_.emplace(std::move(all), attributes);
    return attributes;
  }

  std::string_view in_full(std::string_view word) {
    if (!word.starts_with('@')) return word;
    const auto found = tables_.find(word);
    if (found == tables_.end()) throw DataError(cat("there is no table ", word, " yet"));
    repeated_ += found->second.size();
    if (repeated_ > most_repeated_)
      throw DataError(cat("the tables take more than ", most_repeated_, " bytes, written out"));
    return found->second;
  }

  void read_table(Line line) {
    const std::string_view name = line.next();
    if (!name.starts_with('@')) throw DataError(cat("'", name, "' is no table such as @3"));
    if (!tables_.emplace(name, line.next()).second) throw DataError(cat("there are two tables ", name));
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
  std::map<std::string_view, std::string_view> tables_;
  std::map<std::string, Attributes> shared_;  ///< by operation and words
  std::size_t repeated_ = 0, most_repeated_;  ///< bytes of tables in the place of their names
  Graph graph_;
};

/// Names for the long words of attributes.
class Tables {
 public:
  /// "index=(1 0 1 ... of 2)" becomes "index=@0" where that word comes again; `lines` gets the tables that are new.
  std::string named(std::string_view attributes, std::string& lines) {
    std::string s;
    while (!attributes.empty()) {
      const std::string_view part = first_word(attributes);
      attributes.remove_prefix(std::min(part.size() + 1, attributes.size()));
      const std::size_t equal = part.find('=');
      const std::string value(part.substr(equal + 1));
      s += cat(s.empty() ? "" : " ", part.substr(0, equal + 1));
      const auto found = counts_.find(value);
      if (found == counts_.end() || found->second < 2) {
        s += value;
        continue;
      }
      const auto [place, fresh] = names_.emplace(value, names_.size());
      if (fresh) lines += cat("table @", place->second, " ", value, "\n");
      s += cat("@", place->second);
    }
    return s;
  }

  void count(std::string_view attributes) {
    constexpr std::size_t large = 32;
    while (!attributes.empty()) {
      const std::string_view part = first_word(attributes);
      attributes.remove_prefix(std::min(part.size() + 1, attributes.size()));
      const std::string_view value = part.substr(part.find('=') + 1);
      if (value.size() >= large && value.starts_with('(')) ++counts_[std::string(value)];
    }
  }

 private:
  std::map<std::string, int> counts_;
  std::map<std::string, std::size_t> names_;
};

std::string written(const Graph& g, Tables* tables) {
  std::string s;
  for (int i = 0; i < g.size(); ++i) {
    const Node& n = g[Value{i}];
    std::string attributes = n.attributes.text(n.op->attributes);
    if (tables) attributes = tables->named(attributes, s);
    s += cat("%", i, ":", to_string(n.type), " = ", n.op->name);
    for (Value a : n.args) s += cat(" %", a.id);
    if (!attributes.empty()) s += " " + attributes;
    if (const std::string place = place_of(n); !place.empty()) s += "  # " + place;
    s += "\n";
  }
  for (const auto& [name, v] : g.outputs) s += cat("return ", quoted(name), " = %", v.id, "\n");
  return s;
}

}  // namespace

std::string Graph::text() const { return written(*this, nullptr); }

std::string compact_text(const Graph& program) {
  Tables tables;
  for (int i = 0; i < program.size(); ++i) {
    const Node& n = program[Value{i}];
    tables.count(n.attributes.text(n.op->attributes));
  }
  return written(program, &tables);
}

Graph program_from_text(std::string_view text, const std::vector<const Operation*>& more) {
  const SharedIndices indices;  // of layers that are alike
  return Reader(more, text.size()).read(text);
}

}  // namespace unfurl::ir
