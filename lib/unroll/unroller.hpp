// What a step is written with: the parameters of its place, the data of its frame, and the program that grows.
#pragma once

#include <unordered_map>

#include "program/shared_indices.hpp"
#include "unroll/reach.hpp"
#include "unroll/repetition.hpp"
#include "unroll/unroll.hpp"

namespace unfurl {

class Unroller final : public StepContext {
 public:
  Unroller(const Model& model, const Algorithm& algorithm, int layers,
           const std::map<std::string, Tying>& tying, int frames = 1, const Backward& backward = {});

  const Model& model() const override { return model_; }
  const Layout& layout() const override { return layout_; }
  ir::Builder& builder() override { return builder_; }
  int layer() const override;
  int layers() const override;
  void set_latent(int latent, ir::Value value) override {
    latents_[static_cast<std::size_t>(latent)] = value;
  }

  ir::Value parameter(const std::string& name) override;
  ir::Value evaluate(const Expr& e) override;

  // Each once, of an unroller of its own: see unroll.hpp.
  StepPrograms programs();
  LayerPrograms one_by_one();
  Unrolled run();

 private:
  /// The values that a step starts from, of which some are absent, and those that are there as inputs of a program.
  struct Carried {
    State start, inputs;
    std::vector<std::size_t> which;
  };
  Carried carry(std::vector<LayerPrograms::Carried>& state);

  /// The program that gives these values and results.
  ir::Graph program_of(const Carried& carried, const State& state,
                       const std::vector<LayerPrograms::Carried>& outputs, const Readouts& named);

  /// The frames of an input that a formula looks at, as a run of its rows.
  ir::Value frames_around(const Expr::Node& n);

  /// What layer k starts from. Where the gradient ends there, it is as good as data.
  State start_of_gradient(int k, State state);

  /// As outputs of the first `layers` layers: what the last one starts from, or ends in.
  void give_state(const State& state, int layers);

  void mark(const State& state);

  /// What is told of the latents after a step, and the read-outs of the model.
  Readouts results(const State& state);
  /// Results are per sample, even where nothing differs; there may be none before the first step.
  Readouts per_sample(Readouts r);

  /// The copy of a parameter that the present place uses.
  ir::Value copy_of(std::size_t declared);
  /// The parameter of the program that this is in the present place.
  ir::Value leaf(LeafUse use);
  ir::Value leaf(const OwnedParameter& declared, const std::string& name, int copy, bool trained,
                 const std::optional<std::string>& scale_of = {});

  /// Values, some of them with names.
  struct Written {
    std::vector<std::string> names;
    std::vector<ir::Value> values;
  };
  /// A part of a layer as `write` writes it, or a copy of what it wrote for layers before, when it would write that again.
  Written write(Repetition& part, int layer, std::vector<ir::Value> inputs,
                const std::function<Written()>& write);
  static Written written(const Readouts& named);

  ir::SharedIndices indices_;  // first: all that is made shares
  const Model& model_;
  const Algorithm& algorithm_;
  int layers_;
  const std::map<std::string, Tying>& tying_;
  Backward backward_;
  Layout layout_;
  ir::Graph graph_;
  ir::Builder builder_;
  Reach reach_;
  int place_ = 0, frame_ = 0;
  mutable bool counts_ = false;  ///< a layer asked which it is
  std::vector<OwnedParameter> declared_;
  std::vector<ir::Value> latents_, previous_;
  std::vector<Parameter> parameters_;
  std::vector<ir::Value> values_;                        // of parameters_
  std::unordered_map<std::string, std::size_t> number_;  // of parameters_, by name
  Repetition* watching_ = nullptr;                       // the part that is being written
  std::vector<std::string> fixed_point_;
};

}  // namespace unfurl
