// Running compiled programs on data sets.
#include "unfurl/network.hpp"

#include <cmath>

#include "exec/check_data.hpp"
#include "exec/executor.hpp"
#include "exec/feed.hpp"
#include "passes/passes.hpp"

namespace unfurl {

using detail::cat;

void check_data(const Dataset& data, const Unrolled& network) {
  for (const auto& input : network.inputs) {
    if (!data.has(input.name))
      throw DataError(cat("the data have no '", input.name, "', which the network observes"), input.where,
                      cat("add an array '", input.name, "' of ", input.type.planes, " x ", input.type.rows,
                          " per sample"));
    const Samples& s = data[input.name];
    if (s.planes != input.type.planes || s.rows != input.type.rows)
      throw DataError(cat("'", input.name, "' has samples of ", s.planes, " x ", s.rows,
                          "; the network observes ", input.type.planes, " x ", input.type.rows),
                      input.where, "reshape the data, or declare the input with their extents");
    check_finite(input.name, s, input.type.domain == Domain::nonneg);
  }
}

void check_finite(const std::string& name, const Samples& s, bool nonneg) {
  for (std::size_t i = 0; i < s.values.size(); ++i) {
    const float v = s.values[i];
    if (std::isfinite(v) && (!nonneg || v >= 0)) continue;
    throw DataError(
        cat("'", name, "' holds ", v, " (sample ", i / s.size(), ", entry ", i % s.size(), ")",
            std::isfinite(v) ? ", but is declared non-negative" : ""),
        "", std::isfinite(v) ? "take magnitudes, or declare it real" : "remove or replace such samples");
  }
}

struct Network::Impl {
  Unrolled unrolled;
  int threads = 0;
  Precision precision = Precision::single;
};

Network::Network(Unrolled u) : impl_(std::make_unique<Impl>()) { impl_->unrolled = std::move(u); }
Network::Network(const Network& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network other) {
  impl_ = std::move(other.impl_);
  return *this;
}
Network::~Network() = default;

const Unrolled& Network::unrolled() const { return impl_->unrolled; }
std::vector<Parameter>& Network::parameters() { return impl_->unrolled.parameters; }
const std::vector<Parameter>& Network::parameters() const { return impl_->unrolled.parameters; }

Parameter& Network::parameter(const std::string& name) {
  std::vector<std::string> known;
  for (Parameter& p : parameters()) {
    if (p.name == name) return p;
    known.push_back(p.name);
  }
  throw ScheduleError(cat("the network has no parameter '", name, "'"), "",
                      detail::did_you_mean(name, known));
}

void Network::set(const std::string& base, const std::vector<double>& values) {
  bool found = false;
  for (Parameter& p : parameters()) {
    if (p.base != base) continue;
    found = true;
    if (values.size() != p.values.size())
      throw DataError(cat("parameter '", base, "' has ", p.values.size(), " numbers, not ", values.size()));
    p.values = values;
  }
  if (!found) (void)parameter(base);  // refuses, with near names
}

std::size_t Network::trained_count() const {
  std::size_t n = 0;
  for (const Parameter& p : parameters())
    if (p.trained) n += p.values.size();
  return n;
}

namespace {

template <class T>
Dataset run_as(const Unrolled& u, const Dataset& data, const std::vector<std::string>& names, int layer,
               int threads) {
  ir::Graph graph = u.graph;
  graph.outputs.clear();
  Dataset result;
  std::map<std::string, Samples> arrays;
  for (const std::string& name : names) {
    const ir::Value v = u.graph.output(cat(name, "@", layer));
    graph.outputs.emplace_back(name, v);
    const ir::Type& t = u.graph.type(v);
    arrays[name] = {t.planes, t.rows,
                    std::vector<float>(t.size() * static_cast<std::size_t>(data.samples()))};
  }
  exec::Executor<T> executor(exec::make_plan(ir::optimize(graph)), threads);
  std::vector<std::vector<T>> values;
  for (const Parameter& p : u.parameters) values.emplace_back(p.values.begin(), p.values.end());
  for (std::size_t i = 0; i < values.size(); ++i) executor.bind(u.parameters[i].name, values[i].data());
  exec::Exchange<T> exchange;
  exchange.load = [&](const std::string& input, int first, int lanes, T* to) {
    exec::load_tile(data[input], nullptr, first, lanes, to);
  };
  exchange.store = [&](const std::string& output, int first, int lanes, const T* from) {
    exec::store_tile(from, first, lanes, arrays.at(output));
  };
  executor.run(data.samples(), exchange);
  for (auto& [name, samples] : arrays) result.add(name, std::move(samples));
  return result;
}

}  // namespace

Dataset Network::run(const Dataset& data, const std::vector<std::string>& names, int layer) const {
  const Unrolled& u = unrolled();
  check_data(data, u);
  if (layer < 0 || layer > u.layers) throw DataError(cat("layer ", layer, " of a network of ", u.layers));
  const std::vector<std::string>& wanted = names.empty() ? u.readouts : names;
  for (const std::string& name : wanted)
    if (std::find(u.readouts.begin(), u.readouts.end(), name) == u.readouts.end())
      throw DataError(cat("the network has no result '", name, "'"), "",
                      detail::did_you_mean(name, u.readouts));
  const int at = layer == 0 ? u.layers : layer;
  return impl_->precision == Precision::single ? run_as<float>(u, data, wanted, at, impl_->threads)
                                               : run_as<double>(u, data, wanted, at, impl_->threads);
}

Network& Network::threads(int n) {
  impl_->threads = n;
  return *this;
}
Network& Network::precision(Precision p) {
  impl_->precision = p;
  return *this;
}
int Network::threads() const { return impl_->threads; }
Precision Network::precision() const { return impl_->precision; }

std::string Network::text() const {
  ir::Graph g = unrolled().graph;
  g.outputs.clear();
  for (const auto& name : unrolled().readouts)
    g.outputs.emplace_back(name, unrolled().graph.output(cat(name, "@", layers())));
  return ir::optimize(g).text();
}

}  // namespace unfurl
