// Parameters whose entries of one class are one number.
#include <algorithm>

#include "unfurl/at.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/symmetry.hpp"

namespace unfurl {

using detail::cat;

namespace {

using Classes = std::map<std::string, ir::Index>;

/// The context of the algorithm within: its parameters have all their entries.
class WholeParameters final : public StepContext {
 public:
  WholeParameters(StepContext& outer, const Classes& classes) : outer_(outer), classes_(classes) {}
  const Model& model() const override { return outer_.model(); }
  const Layout& layout() const override { return outer_.layout(); }
  ir::Builder& builder() override { return outer_.builder(); }
  int layer() const override { return outer_.layer(); }
  int layers() const override { return outer_.layers(); }
  ir::Value evaluate(const Expr& e) override { return outer_.evaluate(e); }
  void set_latent(int latent, ir::Value value) override { outer_.set_latent(latent, value); }
  ir::Value parameter(const std::string& name) override {
    const ir::Value few = outer_.parameter(name);
    const auto found = classes_.find(name);
    return found == classes_.end() ? few : builder().gather_rows(few, found->second);
  }

 private:
  StepContext& outer_;
  const Classes& classes_;
};

class SharedParameters final : public Algorithm {
 public:
  SharedParameters(AlgorithmPointer whole, const std::map<std::string, std::vector<int>>& classes)
      : whole_(std::move(whole)) {
    for (const auto& [name, of] : classes) {
      const int largest = of.empty() ? -1 : *std::max_element(of.begin(), of.end());
      std::vector<bool> used(at(largest + 1));
      for (const int c : of) {
        if (c < 0) throw ScheduleError(cat("class ", c, " of an entry of '", name, "'"), "", "count from 0");
        used[at(c)] = true;
      }
      if (std::find(used.begin(), used.end(), false) != used.end())
        throw ScheduleError(cat("of the classes 0 to ", largest, " of '", name, "' some have no entry"), "",
                            "number them without gaps");
      classes_.emplace(name, ir::make_index(of, largest + 1));
    }
  }
  std::string name() const override { return whole_->name(); }
  void check(const Model& model) const override {
    whole_->check(model);
    (void)parameters(model);
  }
  std::vector<OwnedParameter> parameters(const Model& model) const override {
    std::vector<OwnedParameter> owned = whole_->parameters(model);
    std::vector<std::string> names;
    for (const OwnedParameter& p : owned) names.push_back(p.name);
    for (const auto& [name, of] : classes_) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end())
        throw ScheduleError(cat(whole_->name(), " has no parameter '", name, "' to share entries of"), "",
                            detail::did_you_mean(name, names));
      reduce(owned[static_cast<std::size_t>(found - names.begin())], *of);
    }
    return owned;
  }
  State initial(StepContext& c) const override {
    WholeParameters within(c, classes_);
    return whole_->initial(within);
  }
  State step(StepContext& c, const State& state) const override {
    WholeParameters within(c, classes_);
    return whole_->step(within, state);
  }
  Readouts readout(StepContext& c, const State& state) const override {
    WholeParameters within(c, classes_);
    return whole_->readout(within, state);
  }
  Readouts on_request(StepContext& c, const State& state) const override {
    WholeParameters within(c, classes_);
    return whole_->on_request(within, state);
  }

 private:
  static void reduce(OwnedParameter& p, const ir::IndexTable& of) {
    if (p.type.planes != 1 || at(p.type.rows) != of.target.size())
      throw ScheduleError(
          cat("classes of ", of.target.size(), " entries for '", p.name, "' of ", p.type.size()), "",
          "give one for each entry of a vector");
    std::vector<double> few(at(of.count));
    for (std::size_t i = of.target.size(); i-- > 0;) few[at(of.target[i])] = p.initial[i];
    for (std::size_t i = 0; i < of.target.size(); ++i)
      if (p.initial[i] != few[at(of.target[i])])
        throw ScheduleError(cat("entries of class ", of.target[i], " of '", p.name, "' begin as ",
                                few[at(of.target[i])], " and ", p.initial[i]),
                            "", "those of one class are one number");
    p.type.rows = of.count;
    p.initial = std::move(few);
  }

  AlgorithmPointer whole_;
  Classes classes_;
};

}  // namespace

AlgorithmPointer tie_entries(const AlgorithmPointer& algorithm,
                             std::map<std::string, std::vector<int>> classes) {
  if (!algorithm) throw ScheduleError("no algorithm is given", "", "tie_entries(SumProduct{}, classes)");
  return std::make_shared<SharedParameters>(algorithm, classes);
}

}  // namespace unfurl
