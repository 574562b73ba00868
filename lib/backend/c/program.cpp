// Statements as functions, each once for all nodes that need the same, and the calls of them in order.
#include "backend/c/program.hpp"

#include <algorithm>

#include "backend/c/files.hpp"
#include "backend/c/pool.hpp"
#include "backend/cpu/plan.hpp"
#include "backend/targets.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "unfurl/error.hpp"

namespace unfurl::c {

namespace {

using exec::Place;
using ir::Graph;
using ir::Node;
using ir::Value;

bool all_equal(const std::vector<double>& values) {
  return !values.empty() &&
         std::all_of(values.begin(), values.end(), [&](double v) { return v == values[0]; });
}

class Writing {
 public:
  Writing(const Graph& program, const Options& options)
      : options_(options),
        plan_(exec::make_plan(program, exec::Inside::whole)),
        graph_(plan_->graph),
        pool_(options.doubles) {}

  Body run() {
    for (const exec::Step& step : plan_->tile) write(step.value);
    Body body{.functions = functions_, .calls = calls_};
    body.memory = values() + scratch_;
    body.doubles = doubles_;
    for (const Value v : plan_->inputs) body.inputs.emplace_back(graph_[v].name(), address(v));
    for (const auto& [name, v] : graph_.outputs) {
      const bool same = !graph_.type(v).lanes;
      const bool uniform = same && all_equal(numbers_of(v));
      body.results.push_back({name, graph_.type(v), address(v),
                              uniform ? 0
                              : same  ? 1
                                      : options_.batch,
                              same ? 0 : 1});
    }
    body.constants = pool_.text();
    body.bytes = pool_.bytes();
    return body;
  }

 private:
  std::size_t samples() const { return static_cast<std::size_t>(options_.batch); }
  std::size_t values() const { return plan_->tile_size * samples(); }
  const std::vector<double>& numbers_of(Value v) {
    const auto& constant = graph_[v].attributes.as<ir::Constant>();
    ir::Numbers& numbers = constants_[v.id];
    if (!numbers)
      numbers = constant.data
                    ? constant.data
                    : std::make_shared<const std::vector<double>>(graph_.type(v).size(), constant.value);
    return *numbers;
  }

  std::string address(Value v, std::size_t entries = 0) {
    if (plan_->place[at(v)].area == Place::Area::tile)
      return "m + " + std::to_string((plan_->place[at(v)].offset + entries) * samples());
    const std::vector<double>& numbers = numbers_of(v);
    const std::string name = all_equal(numbers) ? pool_.numbers({numbers[0]}) : pool_.numbers(numbers);
    return entries == 0 ? name : name + " + " + std::to_string(entries);
  }

  Array array_of(Value v, const std::string& name) {
    Array a{name, graph_.type(v), graph_.type(v).lanes ? options_.batch : 1};
    if (graph_[v].is_constant()) {
      a.numbers = &numbers_of(v);
      a.uniform = all_equal(*a.numbers);
    }
    return a;
  }

  void write(Value v) {
    const Node& node = graph_[v];
    Site site{*node.op, node.attributes, array_of(v, "o"), {}, options_.batch};
    for (std::size_t i = 0; i < node.args.size(); ++i)
      site.in.push_back(array_of(node.args[i], i < 4 ? std::string(1, static_cast<char>('a' + i)) : "x"));
    const Writer writer = find_writer(*node.op);
    detail::check(writer != nullptr, "a lowered program has operations of its target");
    for (Text& text : writer(site)) {
      if (text.reads.empty())
        for (std::size_t i = 0; i < site.in.size(); ++i) text.reads.emplace_back(i, site.in[i].name);
      call(node, v, text);
    }
  }

  void call(const Node& node, Value v, const Text& text) {
    const std::string to = address(v, text.offset);
    if (text.copies && to == address(node.args[text.reads[0].first], text.source)) return;
    std::string parameters = (node.op->elementwise ? "real *o" : "real *restrict o"), arguments = to;
    // Of what the statements do not mention no array is made.
    const auto pass = [&](const std::string& type, const std::string& name, const auto& value) {
      if (!mentions(text.body, name)) return;
      parameters += ", " + type + name;
      arguments += ", " + value();
    };
    for (const auto& [operand, name] : text.reads)
      pass("const real *", name, [&, i = operand] { return address(node.args[i]); });
    for (const auto& [name, values] : text.numbers)
      pass("const real *", name, [&, v = &values] { return pool_.numbers(*v); });
    for (const Table& t : text.tables)
      pass("const " + Pool::type_of(t.values, t.narrow) + " *", t.name,
           [&] { return pool_.table(t.values, t.narrow); });
    pass("real *", "w", [&] { return "m + " + std::to_string(values()); });
    pass("double *", "z", [] { return std::string("state->work"); });
    scratch_ = std::max(scratch_, text.scratch);
    doubles_ = std::max(doubles_, text.doubles);
    const std::string written = "(" + parameters + ") {\n" + indented(text.body) + "}\n";
    std::string& function = names_[written];
    if (function.empty()) {
      function = node.op->name + "_" + std::to_string(names_.size());
      functions_ += "\nstatic void " + function + written;
    }
    if (node.layer != layer_ && node.layer >= 0)
      calls_ += "  /* layer " + std::to_string(node.layer + 1) + " */\n";
    layer_ = node.layer;
    calls_ += "  " + function + "(" + arguments + ");\n";
  }

  const Options& options_;
  std::shared_ptr<const exec::Plan> plan_;
  const Graph& graph_;
  Pool pool_;
  std::map<int, ir::Numbers> constants_;
  std::map<std::string, std::string> names_;  // of functions, by what they are
  std::string functions_, calls_;
  std::size_t scratch_ = 0, doubles_ = 0;
  int layer_ = -1;
};

bool is_word(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

}  // namespace

bool mentions(const std::string& text, const std::string& word) {
  for (std::size_t i = text.find(word); i != std::string::npos; i = text.find(word, i + 1)) {
    const std::size_t end = i + word.size();
    if ((i == 0 || !is_word(text[i - 1])) && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

std::string indented(const std::string& text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

bool is_identifier(const std::string& name) {
  static const std::vector<std::string> taken = {
      "auto",   "break",    "case",     "char",     "const", "continue", "default",  "do",       "double",
      "else",   "enum",     "extern",   "float",    "for",   "goto",     "if",       "inline",   "int",
      "long",   "register", "restrict", "return",   "short", "signed",   "sizeof",   "static",   "struct",
      "switch", "typedef",  "union",    "unsigned", "void",  "volatile", "while",    "main",     "state",
      "real",   "m",        "class",    "this",     "new",   "delete",   "operator", "template", "namespace"};
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 && name[0] != '_' &&
         std::all_of(name.begin(), name.end(), is_word) &&
         std::find(taken.begin(), taken.end(), name) == taken.end();
}

Files write(const Graph& program, const Arrays& parameters, const std::vector<Input>& inputs,
            const std::vector<CarriedState>& states, const Options& options) {
  detail::check(options.batch >= 1 && is_identifier(options.name), "options of a C file can be served");
  const Graph lowered = ir::lower(fold(ir::remove_dead(program), parameters), targets::c());
  return lay_out(Writing(fold(lowered, {}), options).run(), inputs, states, options);
}

}  // namespace unfurl::c
