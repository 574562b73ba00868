#include "store/network_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "program/compact_text.hpp"
#include "program/words.hpp"
#include "store/checkpoint_header.hpp"

namespace unfurl {

namespace {

using detail::cat;

void write_names(std::string& s, const char* word, const std::vector<std::string>& names) {
  for (const std::string& name : names) s += cat(word, " ", ir::quoted(name), "\n");
}

/// A network for samples of one number of frames.
std::string block(const Unrolled& u) {
  const Signature& signature = u.signature;
  std::string s =
      cat("network\nalgorithm ", ir::quoted(u.made_by.algorithm), "\nlayers ", signature.layers, "\n");
  if (signature.frames != 1) s += cat("frames ", signature.frames, "\n");
  if (u.backward.recompute_every > 0) s += cat("recompute_every ", u.backward.recompute_every, "\n");
  if (u.backward.through_last) s += cat("through_last ", *u.backward.through_last, "\n");
  if (u.backward.adjoint) s += cat("adjoint ", *u.backward.adjoint, "\n");
  for (const Input& input : signature.inputs) {
    s += cat("input ", ir::quoted(input.name), " ", to_string(input.type), input.gaps ? " gaps" : "");
    if (!input.where.file.empty()) s += cat(" ", ir::quoted(input.where.text()));
    s += "\n";
  }
  for (const CarriedState& state : signature.states)
    s += cat("state ", ir::quoted(state.input), " ", ir::quoted(state.result), "\n");
  write_names(s, "readout", signature.readouts);
  write_names(s, "log_belief", signature.log_beliefs);
  write_names(s, "on_request", signature.on_request);
  write_names(s, "fixed_point", signature.fixed_point);
  return s + "program\n" + ir::compact_text(u.graph);
}

/// The words of one line of a signature.
class SignatureLine {
 public:
  explicit SignatureLine(std::string_view text) : rest_(text) {}
  bool empty() const { return rest_.empty(); }
  std::string_view next() {
    const std::string_view word = ir::first_word(rest_);
    rest_.remove_prefix(std::min(word.size() + 1, rest_.size()));
    return word;
  }
  std::string name() {
    std::string text;
    ir::read_word(next(), &text);
    return text;
  }
  int count() {
    int number = 0;
    ir::read_word(next(), &number);
    if (number < 0) throw DataError(cat(number, " is no count"));
    return number;
  }
  ir::Type type() {
    ir::Type type;
    ir::read_word(next(), &type);
    return type;
  }

 private:
  std::string_view rest_;
};

/// "denoiser.cpp:14", where there is such a line.
Where where_from(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Where where{text.substr(0, colon), 0};
  if (colon != std::string::npos)
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), where.line);
  return where;
}

void read_signature_line(std::string_view text, Unrolled& u) {
  SignatureLine line(text);
  Signature& signature = u.signature;
  const std::string_view word = line.next();
  if (word == "algorithm") {
    u.made_by.algorithm = line.name();
  } else if (word == "layers") {
    signature.layers = line.count();
  } else if (word == "frames") {
    signature.frames = line.count();
  } else if (word == "recompute_every") {
    u.backward.recompute_every = line.count();
  } else if (word == "through_last") {
    u.backward.through_last = line.count();
  } else if (word == "adjoint") {
    u.backward.adjoint = line.count();
  } else if (word == "input") {
    Input input{line.name(), line.type()};
    while (!line.empty()) {
      const std::string_view more = line.next();
      if (more == "gaps")
        input.gaps = true;
      else
        input.where = where_from(SignatureLine(more).name());
    }
    signature.inputs.push_back(std::move(input));
  } else if (word == "state") {
    std::string input = line.name();
    signature.states.push_back({std::move(input), line.name()});
  } else if (word == "readout") {
    signature.readouts.push_back(line.name());
  } else if (word == "log_belief") {
    signature.log_beliefs.push_back(line.name());
  } else if (word == "on_request") {
    signature.on_request.push_back(line.name());
  } else if (word == "fixed_point") {
    signature.fixed_point.push_back(line.name());
  } else {
    throw DataError(cat("'", word, "' is none of the words of a signature"), "",
                    "a newer program may have written the file: use that one");
  }
}

/// Takes one line off the text.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// Inputs of the program are those of the signature, and so is what it hands on.
void check_signature(const Unrolled& u) {
  const auto named = [&](const std::string& name) {
    return std::find_if(u.signature.inputs.begin(), u.signature.inputs.end(),
                        [&](const Input& input) { return input.name == name; });
  };
  for (const Input& input : u.signature.inputs)
    if (std::count_if(u.signature.inputs.begin(), u.signature.inputs.end(),
                      [&](const Input& other) { return other.name == input.name; }) > 1)
      throw DataError(cat("its signature has '", input.name, "' twice"));
  for (int i = 0; i < u.graph.size(); ++i) {
    const ir::Node& node = u.graph[ir::Value{i}];
    if (!node.is_input()) continue;
    const auto found = named(node.name());
    if (found == u.signature.inputs.end() || found->type.size() != node.type.size())
      throw DataError(cat("its program reads '", node.name(), "', which its signature does not have so"));
  }
  for (const CarriedState& state : u.signature.states) {
    const std::vector<std::string>& readouts = u.signature.readouts;
    if (named(state.input) == u.signature.inputs.end() ||
        std::find(readouts.begin(), readouts.end(), state.result) == readouts.end())
      throw DataError(cat("its samples hand on '", state.result, "', which is no result of it"));
  }
  for (const std::string& name : u.signature.fixed_point)
    if (std::none_of(u.graph.outputs.begin(), u.graph.outputs.end(),
                     [&](const auto& output) { return output.first == name; }))
      throw DataError(cat("its program has no output '", name, "'"));
}

Unrolled read_block(std::string_view text, const std::vector<const ir::Operation*>& operations) {
  Unrolled u;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line == "program") break;
    read_signature_line(line, u);
  }
  u.graph = ir::program_from_text(text, operations);
  check_signature(u);
  return u;
}

/// The first network of a text, and what stands behind it.
std::string_view first_block(std::string_view& text) {
  const std::size_t next = std::min(text.find("\nnetwork\n"), text.size());
  const std::string_view first = text.substr(0, next);
  text.remove_prefix(std::min(next + 1, text.size()));
  return first;
}

}  // namespace

std::string network_text(const Network& network) {
  const Unrolled& u = network.unrolled();
  std::string s = block(u);
  if (u.signature.frames != 1 && !u.signature.states.empty() && u.made_by.with_frames)
    s += block(u.made_by.with_frames(1));
  return s;
}

Network network_from_text(std::string_view text, const ParameterStore& parameters,
                          const std::vector<const ir::Operation*>& operations, const std::string& where) {
  try {
    std::vector<Unrolled> all;
    while (!text.empty()) {
      std::string_view one = first_block(text);
      if (take_line(one) != "network") throw DataError("its network does not begin so");
      all.push_back(read_block(one, operations));
      all.back().parameters = parameters;
    }
    if (all.empty()) throw DataError("it holds no network");
    Unrolled network = std::move(all.front());
    all.erase(all.begin());
    for (const Unrolled& other : all) Network{other};  // checked now, not when it is asked for
    if (!all.empty())
      network.made_by.with_frames = [all](int frames) {
        for (const Unrolled& other : all)
          if (other.signature.frames == frames) return other;
        throw ScheduleError(cat("the checkpoint has no network for samples of ", frames, " frames"), "",
                            "unroll the model for these, and assign the checkpoint to it");
      };
    return Network(std::move(network));
  } catch (const Error& error) {
    throw DataError(cat("the checkpoint's network cannot be read: ", error.what_happened()),
                    cat(where, where.empty() || error.where().empty() ? "" : ", ", error.where()),
                    error.mend().empty() ? damaged_checkpoint_mend : error.mend());
  }
}

}  // namespace unfurl
