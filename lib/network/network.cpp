// Networks: their parameters, and running them.
#include "unfurl/network.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <string_view>

#include "network/check_data.hpp"
#include "network/runner.hpp"
#include "passes/passes.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Runners of the last calls of `run`. Whoever finds another thread at it does without.
class RunnerCache {
 public:
  RunnerCache() = default;
  RunnerCache(const RunnerCache&) {}  // copies of a network plan for themselves

  Dataset run(const Network& network, const Dataset& data, const std::vector<std::string>& names,
              std::optional<int> layer) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return network.runner(names, layer).run(data);
    const auto same = [&](const Kept& k) { return k.layer == layer && k.names == names; };
    auto found = std::find_if(kept_.begin(), kept_.end(), same);
    if (found != kept_.end() && !found->runner->refresh(network.parameters())) {
      kept_.erase(found);
      found = kept_.end();
    }
    if (found == kept_.end()) {
      Kept k{names, layer, make_runner(network, names, layer, false)};
      if (kept_.size() == most) kept_.erase(kept_.begin());
      found = kept_.insert(kept_.end(), std::move(k));
    }
    return run_on(*found->runner, data, &network.parameters());
  }
  void clear() { kept_.clear(); }

 private:
  static constexpr std::size_t most = 4;
  struct Kept {
    std::vector<std::string> names;
    std::optional<int> layer;
    std::unique_ptr<Runner::Impl> runner;
  };
  std::mutex mutex_;
  std::vector<Kept> kept_;
};

/// Throws ScheduleError where the parts do not belong together.
void check_parts(const Unrolled& u) {
  check_parameters(u.graph, u.parameters);
  if (u.signature.layers < 1)
    throw ScheduleError(cat("a network of ", u.signature.layers, " layers"), "",
                        "at least one; set Signature::layers");
  std::set<std::string_view> outputs;
  for (const auto& [name, value] : u.graph.outputs) outputs.insert(name);
  for (const std::string& name : u.signature.results())
    for (int layer = 1; layer <= u.signature.layers; ++layer)
      if (const std::string output = Signature::output(name, layer); outputs.count(output) == 0)
        throw ScheduleError(cat("the program has no output '", output, "' for the result '", name, "'"), "",
                            "give every result an output for every layer, 1 .. layers");
}

/// Throws ScheduleError where parameters would have to be shared that are not there, or are others of the same name.
void check_shared(const std::vector<Parameter>& mine, const std::vector<Parameter>& all,
                  const std::string& whose) {
  std::vector<std::string> known;
  for (const Parameter& p : all) known.push_back(p.name);
  const auto describe = [](const Parameter& p) {
    return cat("shape ", to_string(p.type), " in the space '", p.in().name(), "'");
  };
  for (const Parameter& p : mine) {
    const auto same =
        std::find_if(all.begin(), all.end(), [&](const Parameter& q) { return q.name == p.name; });
    if (same == all.end())
      throw ScheduleError(cat("parameter '", p.name, "'", whose, " is not among those of the other network"),
                          "",
                          cat("parameters of like name are shared; ", detail::did_you_mean(p.name, known)));
    if (!same->type.same_shape(p.type) || !(same->in() == p.in()))
      throw ScheduleError(cat("parameter '", p.name, "'", whose, " has ", describe(p),
                              ", but that of the other network has ", describe(*same)),
                          "", "parameters of like name are shared: give others other names");
  }
}

}  // namespace

ParameterStore& ParameterStore::operator=(const ParameterStore& other) {
  return *this = ParameterStore(other);
}
ParameterStore& ParameterStore::operator=(ParameterStore&& other) noexcept {
  all_ = other.all_;
  return *this;
}
ParameterStore ParameterStore::share() const {
  ParameterStore same(std::vector<Parameter>{});
  same.all_ = all_;
  return same;
}

struct Network::Impl {
  Unrolled unrolled;
  int threads = 0;
  Precision precision = Precision::f32;
  mutable RunnerCache cache{};
};

Network::Network(Unrolled u) : impl_(std::make_unique<Impl>()) {
  check_parts(u);
  impl_->unrolled = std::move(u);
}
Network::Network(const Network& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network other) {
  impl_ = std::move(other.impl_);
  return *this;
}
Network::~Network() = default;

const Unrolled& Network::unrolled() const& { return impl_->unrolled; }
Unrolled Network::unrolled() && { return std::move(impl_->unrolled); }
int Network::layers() const { return impl_->unrolled.signature.layers; }
std::vector<Parameter>& Network::parameters() & { return impl_->unrolled.parameters.all(); }
const std::vector<Parameter>& Network::parameters() const& { return unrolled().parameters.all(); }
std::vector<Parameter> Network::parameters() && { return parameters(); }

Parameter& Network::parameter(const std::string& name) & {
  return const_cast<Parameter&>(std::as_const(*this).parameter(name));
}
Parameter Network::parameter(const std::string& name) && { return std::move(parameter(name)); }

const Parameter& Network::parameter(const std::string& name) const& {
  std::vector<std::string> known;
  for (const Parameter& p : parameters()) {
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
    Parameter changed = p;
    changed.name = base;
    changed.values = values;
    check_values(changed);
    p.values = std::move(changed.values);
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

Runner Network::runner(const std::vector<std::string>& names, std::optional<int> layer) const {
  return Runner(make_runner(*this, names, layer, false));
}

Runner Network::stream(const std::vector<std::string>& names, std::optional<int> layer) const {
  return Runner(make_runner(*this, names, layer, true));
}

Dataset Network::run(const Dataset& data, const std::vector<std::string>& names,
                     std::optional<int> layer) const {
  return impl_->cache.run(*this, data, names, layer);
}

Network Network::frames(int n) const {
  if (n == unrolled().signature.frames) return *this;
  if (n < 1 || !unrolled().made_by.with_frames)
    throw ScheduleError(cat("a network cannot be made for samples of ", n, " frames"), "",
                        "unroll it from a model, for at least one frame");
  Network other(unrolled().made_by.with_frames(n));
  for (Parameter& p : other.parameters())
    for (const Parameter& mine : parameters())
      if (mine.name == p.name) p.values = mine.values;
  other.impl_->unrolled.backward = unrolled().backward;
  other.threads(threads()).precision(precision());
  return other;
}

Network Network::of(const Structure& structure) const {
  if (!unrolled().made_by.with_structure)
    throw ScheduleError(cat("a network cannot be made for samples of structure ", to_string(structure)), "",
                        "declare the model's family, Model::family, and unroll it");
  Network other(unrolled().made_by.with_structure(structure));
  check_shared(other.parameters(), parameters(), cat(" of samples of structure ", to_string(structure)));
  other.impl_->unrolled.parameters = impl_->unrolled.parameters.share();
  other.impl_->unrolled.backward = unrolled().backward;
  other.threads(threads()).precision(precision());
  return other;
}

Network& Network::bind(const Network& other) & {
  check_shared(parameters(), other.parameters(), "");
  impl_->unrolled.parameters = other.impl_->unrolled.parameters.share();
  impl_->cache.clear();
  return *this;
}

Network& Network::recompute_every(int k) & {
  if (k < 0)
    throw ScheduleError(cat("every ", k, "th layer's values are to be kept"), "",
                        "at least every one's, 1; 0 keeps all that the gradient reads");
  impl_->unrolled.backward.recompute_every = k;
  return *this;
}

Network& Network::threads(int n) & {
  if (n != impl_->threads) impl_->cache.clear();
  impl_->threads = n;
  return *this;
}
Network& Network::precision(Precision p) & {
  if (p != impl_->precision) impl_->cache.clear();
  impl_->precision = p;
  return *this;
}
Network Network::threads(int n) && { return std::move(threads(n)); }
Network Network::precision(Precision p) && { return std::move(precision(p)); }
int Network::threads() const { return impl_->threads; }
Precision Network::precision() const { return impl_->precision; }

std::string Network::text() const {
  ir::Graph g = unrolled().graph;
  g.outputs.clear();
  for (const auto& name : unrolled().signature.readouts)
    g.outputs.emplace_back(name, unrolled().graph.output(Signature::output(name, layers())));
  return ir::optimize(g).text();
}

}  // namespace unfurl
