#include "network/check_data.hpp"

#include <cmath>
#include <limits>
#include <map>

#include "unfurl/extend/space.hpp"

namespace unfurl {

using detail::cat;

namespace {

bool is_allowed(float v, const ir::Type& type, bool gaps) {
  if (gaps && std::isnan(v)) return true;
  switch (type.domain) {
    case Domain::real:
      return std::isfinite(v);
    case Domain::nonneg:
      return std::isfinite(v) && v >= 0;
    case Domain::index:
      break;
  }
  return std::isfinite(v) && v >= 0 && v == std::trunc(v) &&
         (type.states == 0 || v < static_cast<float>(type.states));
}

/// Without branches: what is allowed passes at the speed of memory.
std::size_t count_wrong(const Samples& s, const ir::Type& type) {
  std::size_t wrong = 0;
  const auto count = [&](auto allowed) {
    for (const float v : s.values) wrong += allowed(v) ? 0 : 1;
  };
  const float most =
      type.states > 0 ? static_cast<float>(type.states - 1) : std::numeric_limits<float>::max();
  if (type.domain == Domain::real)
    count([](float v) { return v - v == 0; });
  else if (type.domain == Domain::nonneg)
    count([](float v) { return v >= 0 && v <= std::numeric_limits<float>::max(); });
  else
    count([=](float v) { return v >= 0 && v <= most && v == std::trunc(v); });
  return wrong;
}

[[noreturn]] void refuse(const std::string& name, float v, std::size_t sample, std::size_t entry,
                         const ir::Type& type, const Where& where) {
  std::string why, mend = "remove or replace such samples";
  if (std::isnan(v) && where.text().empty())  // a target: what a network observes has a line that says so
    mend += ", or tell the loss of entries that are missing: loss::Sites{.gaps = true}";
  if (type.domain == Domain::index) {
    why = type.states == 0 ? ", but is declared to hold whole numbers from 0"
                           : cat("; its entries are states 0 .. ", type.states - 1);
    if (std::isfinite(v))
      mend =
          "number states from 0; a site without a label has weight 0 in a loss, and any state, or is "
          "`missing`";
  } else if (std::isfinite(v)) {
    why = ", but is declared non-negative";
    mend = "take magnitudes, or declare it real";
  }
  throw DataError(cat("'", name, "' holds ", v, " (sample ", sample, ", entry ", entry, ")", why), where,
                  mend);
}

}  // namespace

void check_data(const Dataset& data, const std::vector<Input>& inputs, int first) {
  if (!data.parts().empty())
    throw DataError(cat("the data are in parts, of ", data.parts().size(), " structures"), "",
                    "give one part, or declare the model's family: Model::family");
  for (const auto& input : inputs) {
    if (!data.has(input.name))
      throw DataError(cat("the data have no '", input.name, "', which the network observes"), input.where,
                      cat("add an array '", input.name, "' of ", input.type.planes, " x ", input.type.rows,
                          " per sample"));
    const Samples& s = data[input.name];
    if (s.planes != input.type.planes || s.rows != input.type.rows)
      throw DataError(cat("'", input.name, "' has samples of ", s.planes, " x ", s.rows,
                          "; the network observes ", input.type.planes, " x ", input.type.rows),
                      input.where, "reshape the data, or declare the input with their extents");
    if (count_wrong(s, input.type) == 0) continue;  // gaps are looked at one by one
    for (std::size_t i = 0; i < s.values.size(); ++i)
      if (!is_allowed(s.values[i], input.type, input.gaps))
        refuse(input.name, s.values[i], i / s.size() + static_cast<std::size_t>(first), i % s.size(),
               input.type, input.where);
  }
}

void check_data(const Dataset& data, const std::vector<Model::ObservedDeclaration>& observed, int first) {
  std::vector<Input> inputs;
  for (const auto& v : observed) inputs.push_back({v.name, v.type, v.where});
  check_data(data, inputs, first);
}

void check_data_of_file(const Dataset& data, const std::vector<Input>& inputs, const std::string& file) {
  for (const Input& input : inputs) try {
      check_data(data, std::vector<Input>{input});
    } catch (const DataError& error) {
      throw DataError(error.what_happened(), cat(file, ":", input.name), error.mend());
    }
}

void check_size(const Parameter& p) {
  if (p.values.size() != p.type.size())
    throw DataError(cat("parameter '", p.name, "' has ", p.type.size(), " numbers, not ", p.values.size()),
                    "", cat("give [", p.type.planes, ", ", p.type.rows, "] numbers, row by row"));
}

void check_parameters(const ir::Graph& program, std::span<const Parameter> parameters) {
  std::map<std::string, const Parameter*> named;
  for (const Parameter& p : parameters) {
    check_size(p);
    if (!named.emplace(p.name, &p).second)
      throw ScheduleError(cat("the network has two parameters '", p.name, "'"), "", "give each its own name");
  }
  for (int i = 0; i < program.size(); ++i) {
    const ir::Node& node = program[ir::Value{i}];
    if (!node.is_parameter()) continue;
    const auto found = named.find(node.name());
    if (found == named.end() || !found->second->type.same_shape(node.type))
      throw ScheduleError(cat("the program reads a parameter '", node.name(), "' of shape ",
                              to_string(node.type), ", which the network does not have"),
                          node.origin, "change values of parameters, not their number, names and shapes");
  }
}

void check_values(const Parameter& p) {
  check_size(p);
  for (const double v : p.values)
    if (!std::isfinite(v))
      throw DataError(cat("parameter '", p.name, "' cannot be ", v), "", "give finite numbers");
  const Space space = p.in();
  if (const std::string why = space.type().objection(p.values, p.type.planes, p.type.rows); !why.empty())
    throw DataError(
        cat("parameter '", p.name, "' ", why), "",
        cat("give numbers that are in its space, '", space.name(), "'; Space::nearest finds some"));
}

void check_single_precision(const Parameter& p) {
  using Range = std::numeric_limits<float>;
  double most = 0, at = 0;
  for (const double v : p.values)
    if (std::abs(v) > most) most = std::abs(at = v);
  if (most > Range::max() || (most > 0 && most < Range::min()))
    throw DataError(
        cat("parameter '", p.name, "' is ", at,
            ", which single precision cannot hold: ", most > 1 ? "it would be infinite" : "it would be 0"),
        "", "scale the data or the parameters it comes from, or use Network::precision(Precision::f64)");
}

}  // namespace unfurl
