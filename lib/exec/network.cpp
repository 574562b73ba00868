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
    check_finite(input.name, s, input.type.domain == Domain::nonneg, input.where);
  }
}

void check_finite(const std::string& name, const Samples& s, bool nonneg, const Where& where) {
  for (std::size_t i = 0; i < s.values.size(); ++i) {
    const float v = s.values[i];
    if (std::isfinite(v) && (!nonneg || v >= 0)) continue;
    throw DataError(
        cat("'", name, "' holds ", v, " (sample ", i / s.size(), ", entry ", i % s.size(), ")",
            std::isfinite(v) ? ", but is declared non-negative" : ""),
        where, std::isfinite(v) ? "take magnitudes, or declare it real" : "remove or replace such samples");
  }
}

void check_values(const std::string& name, const ir::Type& type, const std::vector<double>& values) {
  if (values.size() != type.size())
    throw DataError(cat("parameter '", name, "' has ", type.size(), " numbers, not ", values.size()), "",
                    cat("give [", type.planes, ", ", type.rows, "] numbers, row by row"));
  for (double v : values)
    if (!std::isfinite(v) || (type.domain == Domain::nonneg && v < 0))
      throw DataError(cat("parameter '", name, "' cannot be ", v,
                          std::isfinite(v) ? ": it is declared non-negative" : ""),
                      "", "give finite numbers in its domain");
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
  std::vector<std::string> known;
  for (Parameter& p : parameters()) {
    if (known.empty() || known.back() != p.base) known.push_back(p.base);
    if (p.base != base) continue;
    found = true;
    check_values(base, p.type, values);
    p.values = values;
  }
  if (!found)
    throw ScheduleError(cat("the network has no parameter '", base, "'"), "",
                        detail::did_you_mean(base, known));
}

std::size_t Network::trained_count() const {
  std::size_t n = 0;
  for (const Parameter& p : parameters())
    if (p.trained) n += p.values.size();
  return n;
}

struct Runner::Impl {
  virtual ~Impl() = default;
  virtual void run(const Dataset& data, Dataset& result) = 0;
  virtual std::size_t memory() const = 0;
  Unrolled reads;  ///< the inputs alone, for checking data
};

namespace {

template <class T>
class RunnerAs final : public Runner::Impl {
 public:
  RunnerAs(const Unrolled& u, const std::vector<std::string>& names, int layer, int threads, bool stream)
      : executor_(exec::make_plan(program(u, names, layer)), threads) {
    executor_.keep_prelude = true;
    if (stream) executor_.fixed_lanes = exec::register_lanes(sizeof(T));
    reads.inputs = u.inputs;
    for (const Parameter& p : u.parameters) values_.emplace_back(p.values.begin(), p.values.end());
    for (std::size_t i = 0; i < values_.size(); ++i) executor_.bind(u.parameters[i].name, values_[i].data());
    exchange_.load = [this](const std::string& input, int first, int lanes, T* to) {
      exec::load_tile((*data_)[input], order_.empty() ? nullptr : order_.data(), first, lanes, to);
    };
    exchange_.store = [this](const std::string& output, int first, int lanes, const T* from) {
      exec::store_tile(from, first, lanes, arrays_.at(output));
    };
  }

  void run(const Dataset& data, Dataset& result) override {
    const int samples = data.samples(), width = std::max(1, executor_.fixed_lanes);
    const int padded = (samples + width - 1) / width * width;
    if (executor_.fixed_lanes > 0) {  // the last sample fills the last tile
      order_.resize(static_cast<std::size_t>(padded));
      for (int i = 0; i < padded; ++i) order_[static_cast<std::size_t>(i)] = std::min(i, samples - 1);
    }
    for (const auto& [name, v] : executor_.plan().graph.outputs) {
      const ir::Type& t = executor_.plan().graph.type(v);
      Samples& s = arrays_[name];
      s.planes = t.planes;
      s.rows = t.rows;
      s.values.resize(t.size() * static_cast<std::size_t>(padded));
    }
    data_ = &data;
    executor_.run(padded, exchange_);
    for (auto& [name, s] : arrays_) {
      s.values.resize(s.size() * static_cast<std::size_t>(samples));
      result.add(name, std::move(s));
    }
  }

  std::size_t memory() const override { return executor_.memory(); }

 private:
  static ir::Graph program(const Unrolled& u, const std::vector<std::string>& names, int layer) {
    ir::Graph graph = u.graph;
    graph.outputs.clear();
    for (const std::string& name : names)
      graph.outputs.emplace_back(name, u.graph.output(cat(name, "@", layer)));
    return ir::optimize(graph);
  }
  std::vector<std::vector<T>> values_;
  exec::Executor<T> executor_;
  exec::Exchange<T> exchange_;
  const Dataset* data_ = nullptr;
  std::vector<int> order_;  // sample of every lane, where tiles are filled up
  std::map<std::string, Samples> arrays_;
};

}  // namespace

Runner::Runner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Runner::Runner(Runner&&) noexcept = default;
Runner& Runner::operator=(Runner&&) noexcept = default;
Runner::~Runner() = default;

Dataset Runner::run(const Dataset& data) {
  check_data(data, impl_->reads);
  if (data.samples() == 0)
    throw DataError("the data hold no samples", "",
                    "add at least one; a model without observed data takes any array");
  Dataset result;
  impl_->run(data, result);
  return result;
}

std::size_t Runner::memory() const { return impl_->memory(); }

namespace {

Runner make_runner(const Network& network, const std::vector<std::string>& names, int layer, bool stream) {
  const Unrolled& u = network.unrolled();
  if (layer < 0 || layer > u.layers)
    throw DataError(cat("layer ", layer, " of a network of ", u.layers), "",
                    "layers count from 1; 0 is the last");
  const std::vector<std::string>& wanted = names.empty() ? u.readouts : names;
  std::vector<std::string> known = u.readouts;
  known.insert(known.end(), u.on_request.begin(), u.on_request.end());
  for (const std::string& name : wanted)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw DataError(cat("the network has no result '", name, "'"), "", detail::did_you_mean(name, known));
  const int at = layer == 0 ? u.layers : layer;
  if (network.precision() == Precision::single)
    return Runner(std::make_unique<RunnerAs<float>>(u, wanted, at, network.threads(), stream));
  return Runner(std::make_unique<RunnerAs<double>>(u, wanted, at, network.threads(), stream));
}

}  // namespace

Runner Network::runner(const std::vector<std::string>& names, int layer) const {
  return make_runner(*this, names, layer, false);
}

Runner Network::stream(const std::vector<std::string>& names, int layer) const {
  return make_runner(*this, names, layer, true);
}

Dataset Network::run(const Dataset& data, const std::vector<std::string>& names, int layer) const {
  return runner(names, layer).run(data);
}

Network Network::frames(int n) const {
  if (n == unrolled().frames) return *this;
  if (n < 1 || !unrolled().with_frames)
    throw ScheduleError(cat("a network cannot be made for samples of ", n, " frames"), "",
                        "unroll it from a model, for at least one frame");
  Network other(unrolled().with_frames(n));
  for (Parameter& p : other.parameters())
    for (const Parameter& mine : parameters())
      if (mine.name == p.name) p.values = mine.values;
  return other.threads(threads()).precision(precision());
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
