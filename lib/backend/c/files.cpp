#include "backend/c/files.hpp"

#include <algorithm>
#include <set>

#include "backend/c/texts/text.hpp"
#include "unfurl/error.hpp"

namespace unfurl::c {

namespace {

/// An argument of the function that runs the network.
struct Argument {
  std::string name, c_name;
  ir::Type type;
  bool gaps = false;
  std::string hands_on{};  ///< of an input: the result that is the next sample's
};

/// Words that the function and its macros use.
const std::set<std::string> reserved = {"state", "status", "m",    "take",  "give",    "R",
                                        "EXP",   "EXPM1",  "FABS", "FLOOR", "LOG",     "LOG1P",
                                        "POW",   "SQRT",   "TANH", "MOST",  "EPSILON", "FORMAT"};

/// A name in C that is not taken, nor stands in the calls.
std::string c_name(const std::string& name, std::set<std::string>& taken, const std::string& used) {
  std::string word;
  for (const char c : name) word += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  if (!is_identifier(word)) word = "x" + word;
  while (mentions(used, word) || !taken.insert(word).second) word += "_";
  return word;
}

class Layout {
 public:
  Layout(const Body& body, const std::vector<Input>& inputs, const std::vector<CarriedState>& states,
         const Options& options)
      : body_(body), options_(options), real_(options.doubles ? "double" : "float") {
    std::set<std::string> taken = reserved;
    taken.insert({options.name, options.name + "_batch", options.name + "_run"});
    const std::string used = body.calls + body.constants;
    for (const Input& input : inputs)
      for (const auto& [name, address] : body.inputs)
        if (name == input.name) {
          Argument a{name, c_name(name, taken, used), input.type, input.gaps};
          for (const CarriedState& s : states)
            if (s.input == name) a.hands_on = s.result;
          inputs_.push_back(a);
        }
    detail::check(inputs_.size() == body.inputs.size(), "inputs of a program are those of its signature");
    for (const Body::Result& r : body.results)
      results_.push_back({r.name, c_name(r.name, taken, used), r.type});
  }

  std::vector<std::string> inputs() const {
    std::vector<std::string> names;
    for (const Argument& a : inputs_) names.push_back(a.name);
    return names;
  }

  std::string header() const {
    std::string guard;
    for (const char c : options_.name)
      guard += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return about() +
           fill(R"(
#ifndef @GUARD_H
#define @GUARD_H

#ifdef __cplusplus
extern "C" {
#endif

enum { @N_batch = @B }; /* samples that go together */

/* Working memory: every call writes it anew, and reads nothing of the call before. Calls with memories of their own may run
   at the same time. */
struct @N {
  @R memory[@M];
@Z};

/* Runs the network on @N_batch samples, which follow each other in every array:
@A   Returns 0; k where the k-th array of data holds a number that it cannot; -k where the k-th result is not finite. */
int @N_run(struct @N *state@P);

#ifdef __cplusplus
}
#endif

#endif
)",
                {{"GUARD", guard},
                 {"Z", body_.doubles == 0 ? "" : "  double work[" + std::to_string(body_.doubles) + "];\n"},
                 {"A", arrays()}});
  }

  std::string code() const {
    std::string used = body_.functions, helpers;
    const std::vector<Function>& all = functions();
    for (std::size_t i = all.size(); i-- > 0;)
      if (mentions(used, all[i].name)) {
        helpers.insert(0, "\n" + all[i].text);
        used += all[i].text;
      }
    std::string code =
        about() + "#include \"" + options_.name + ".h\"\n" + (options_.doubles ? of_doubles : of_floats);
    return code + "\n" + body_.constants + helpers + body_.functions + fill(border, {}) + run() + main();
  }

 private:
  std::string fill(const std::string& pattern, std::map<std::string, std::string> keys) const {
    keys.insert({{"N", options_.name},
                 {"B", std::to_string(options_.batch)},
                 {"R", real_},
                 {"M", std::to_string(std::max<std::size_t>(1, body_.memory))},
                 {"P", parameters()}});
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& k) {
        return pattern[i] == '@' && pattern.compare(i + 1, k.first.size(), k.first) == 0;
      });
      if (key == keys.end()) {
        out += pattern[i];
      } else {
        out += key->second;
        i += key->first.size();
      }
    }
    return out;
  }

  std::string about() const {
    return "/* " + options_.about + (options_.about.empty() ? "" : "\n   ") +
           "Written by unfurl export. C99; needs nothing but the library of mathematics (-lm). */\n";
  }
  std::string size(const Argument& a) const {
    return "[" + options_.name + "_batch * " + std::to_string(a.type.size()) + "]";
  }

  std::string parameters() const {
    std::string text;
    for (const Argument& a : inputs_) text += ", const " + real_ + " " + a.c_name + size(a);
    for (const Argument& a : results_) text += ", " + real_ + " " + a.c_name + size(a);
    return text;
  }

  std::string arrays() const {
    std::string text;
    const auto add = [&](const Argument& a, const std::string& what) {
      text += "     " + a.c_name + "  [" + options_.name + "_batch]" +
              (a.type.planes == 1 ? "" : "[" + std::to_string(a.type.planes) + "]") + "[" +
              std::to_string(a.type.rows) + "]" + what + "\n";
    };
    for (const Argument& a : inputs_) {
      std::string what = ", data";
      if (a.type.domain == Domain::nonneg) what += ", not negative";
      if (a.type.domain == Domain::index)
        what += a.type.states > 0 ? ", states 0 .. " + std::to_string(a.type.states - 1) : ", whole numbers";
      if (a.gaps) what += "; NAN where missing";
      if (!a.hands_on.empty()) what = ", '" + a.hands_on + "' of the sample before; at first 0";
      add(a, what);
    }
    for (const Argument& a : results_) add(a, ", result '" + a.name + "'");
    return text;
  }

  static std::string bound(const ir::Type& type) {
    if (type.domain != Domain::index) return "MOST, 0";
    return (type.states > 0 ? std::to_string(type.states - 1) : "MOST") + std::string(", 1");
  }

  std::string run() const {
    std::string text =
        fill("\nint @N_run(struct @N *state@P) {\n  real *const m = state->memory;\n  int status = 0;\n", {});
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const Argument& a = inputs_[i];
      for (const auto& [name, address] : body_.inputs)
        if (name == a.name)
          text += "  if (!take(" + address + ", " + a.c_name + ", " + std::to_string(a.type.size()) + ", " +
                  (a.type.domain == Domain::real ? "-MOST" : "0") + ", " + bound(a.type) + ", " +
                  (a.gaps ? "1" : "0") + ")) return " + std::to_string(i + 1) + ";\n";
    }
    text += body_.calls;
    for (std::size_t i = results_.size(); i-- > 0;) {
      const Body::Result& r = body_.results[i];
      text += "  if (!give(" + results_[i].c_name + ", " + r.address + ", " + std::to_string(r.type.size()) +
              ", " + std::to_string(r.entry_step) + ", " + std::to_string(r.sample_step) + ")) status = -" +
              std::to_string(i + 1) + ";\n";
    }
    return text + (body_.memory == 0 ? "  (void)m;\n" : "") + "  return status;\n}\n";
  }

  /// Numbers of samples from the standard input, one sample after the other; results to the output.
  std::string main() const {
    std::string declared, read, printed, passed, after;
    for (const Argument& a : inputs_) {
      declared += "  real " + a.c_name + size(a) + ";\n";
      passed += ", arrays." + a.c_name;
      if (a.hands_on.empty())
        read += "    for (int i = 0; i < " + std::to_string(a.type.size()) +
                "; ++i)\n      if (scanf(FORMAT, &" + "arrays." + a.c_name + "[sample * " +
                std::to_string(a.type.size()) + " + i]) != 1) return " +
                (read.empty() ? "sample == 0 && i == 0 ? 0 : 2" : "2") + ";\n";
    }
    for (const Argument& a : results_) {
      declared += "  real " + a.c_name + size(a) + ";\n";
      passed += ", arrays." + a.c_name;
      printed += "    for (int i = 0; i < " + std::to_string(a.type.size()) +
                 "; ++i) printf(\"%.17g \", (double)" + "arrays." + a.c_name + "[sample * " +
                 std::to_string(a.type.size()) + " + i]);\n    printf(\"\\n\");\n";
      for (const Argument& s : inputs_)
        if (s.hands_on == a.name)
          after += "    for (int i = 0; i < " + options_.name + "_batch * " + std::to_string(a.type.size()) +
                   "; ++i) " + "arrays." + s.c_name + "[i] = arrays." + a.c_name + "[i];\n";
    }
    const bool reads = !read.empty();
    return fill(R"(
#ifdef @N_MAIN
/* An example: numbers of samples from the standard input, results to the standard output.
   cc -std=c99 -O2 -D@N_MAIN @N.c -lm -o @N */
#include <stdio.h>

static struct @N memory;
static struct {
@D} arrays;

int main(void) {
  for (int call = 0; @L; ++call) {
@I    const int status = @N_run(&memory@C);
    if (status != 0) {
      fprintf(stderr, "@N_run: %d\n", status);
      return 1;
    }
@O@S  }
  return 0;
}
#endif
)",
                {{"D", declared},
                 {"L", reads ? "call >= 0" : "call < 1"},
                 {"I", reads ? "    for (int sample = 0; sample < " + options_.name +
                                   "_batch; ++sample) {\n" + again(read) + "    }\n"
                             : ""},
                 {"C", passed},
                 {"O", "    for (int sample = 0; sample < " + options_.name + "_batch; ++sample) {\n" +
                           again(printed) + "    }\n"},
                 {"S", after}});
  }
  static std::string again(const std::string& text) { return indented(text); }

  const Body& body_;
  const Options& options_;
  std::string real_;
  std::vector<Argument> inputs_, results_;
};

}  // namespace

Files lay_out(const Body& body, const std::vector<Input>& inputs, const std::vector<CarriedState>& states,
              const Options& options) {
  const Layout layout(body, inputs, states, options);
  const std::size_t each = options.doubles ? sizeof(double) : sizeof(float);
  return {layout.header(), layout.code(), layout.inputs(), body.bytes,
          std::max<std::size_t>(1, body.memory) * each + body.doubles * sizeof(double)};
}

}  // namespace unfurl::c
