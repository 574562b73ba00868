/// A compiled network: a program, the parameters it reads, and what made it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "unfurl/data.hpp"
#include "unfurl/extend/program.hpp"
#include "unfurl/extend/signature.hpp"
#include "unfurl/factors.hpp"

namespace unfurl {

/// One copy of a parameter. "W" when tied, "W@3" for the copy of place 3 (0-based; place K is the read-out).
struct Parameter {
  std::string name;
  std::string base;  ///< the declared name
  int copy = 0;
  ir::Type type;
  bool trained = true;
  /// [planes, rows], row-major: exactly as many as the type says, which is checked wherever a network is used or saved.
  std::vector<double> values;
  std::vector<int> places;       ///< layers that use it; K is the read-out
  std::optional<Space> space{};  ///< absent: real or nonneg, as the type says
  /// The declared name of the parameter that this number multiplies, one for each place (Schedule::scale); absent: none.
  std::optional<std::string> scale_of{};

  Space in() const { return space ? *space : Space(type.domain); }
};

/// Parameters by name, with their values. A copy is another store; `share` gives a second handle of the same one, and whatever
/// is bound to it (programs for other structures, other numbers of frames, other batches) reads and trains the same values. What an
/// optimizer remembers of them is the training's: TrainingState, of checkpoints.
class ParameterStore {
 public:
  ParameterStore() = default;
  ParameterStore(std::vector<Parameter> all)  // NOLINT: a store of these
      : all_(std::make_shared<std::vector<Parameter>>(std::move(all))) {}
  ParameterStore(const ParameterStore& other) : ParameterStore(*other.all_) {}
  ParameterStore(ParameterStore&& other) noexcept : all_(other.all_) {}  // NOLINT: which stays whole
  ParameterStore& operator=(const ParameterStore& other);
  ParameterStore& operator=(ParameterStore&& other) noexcept;
  ~ParameterStore() = default;

  ParameterStore share() const;
  bool shares(const ParameterStore& other) const { return all_ == other.all_; }

  std::vector<Parameter>& all() { return *all_; }
  const std::vector<Parameter>& all() const { return *all_; }
  auto begin() { return all_->begin(); }
  auto end() { return all_->end(); }
  auto begin() const { return std::as_const(*all_).begin(); }
  auto end() const { return std::as_const(*all_).end(); }
  std::size_t size() const { return all_->size(); }
  bool empty() const { return all_->empty(); }
  Parameter& operator[](std::size_t i) { return (*all_)[i]; }
  const Parameter& operator[](std::size_t i) const { return (*all_)[i]; }
  void push_back(Parameter p) { all_->push_back(std::move(p)); }

 private:
  std::shared_ptr<std::vector<Parameter>> all_ = std::make_shared<std::vector<Parameter>>();  // never null
};

enum class Precision {
  f32,
  f64,
  single [[deprecated("it is called f32 now")]] = f32,
  double_ [[deprecated("it is called f64 now")]] = f64
};

/// How training goes back through the layers. The results of a network do not depend on it.
struct Backward {
  /// Of the values that layers carry, every so-manieth layer's is kept for the gradient; 0: all that it reads.
  int recompute_every = 0;
  /// The gradient flows through so many layers, the last ones; absent: all.
  std::optional<int> through_last{};
  /// Iterations of the adjoint at the last layer, where the gradient is that of a fixed point.
  std::optional<int> adjoint{};
};

struct Unrolled;

/// The layers of a network as programs of their own, for whoever runs them one by one, until some samples are done, say. Inputs
/// are those of the network and what layers carry; outputs the same after the layer, and the results by name. They read the
/// network's parameters.
struct LayerPrograms {
  /// What layers carry: an input of each and an output of this name.
  struct Carried {
    std::string name;
    ir::Type type;  ///< per sample
  };
  int count = 0;                    ///< layers
  ir::Graph initial{};              ///< what the first layer starts from
  std::vector<ir::Graph> layers{};  ///< the programs: a single one where all layers are alike
  std::vector<Carried> state{};
  ParameterStore parameters{};
};

/// What made a network, and can make it again for samples of another kind; each part is absent where it does not apply.
struct Provenance {
  std::shared_ptr<const Model> model{};  ///< absent for conventional networks
  std::string algorithm{};               ///< its name, for drawings and reports
  std::function<Unrolled(int frames)> with_frames{};
  std::function<Unrolled(const Structure&)> with_structure{};  ///< of the model's family
  std::function<LayerPrograms()> by_layer{};                   ///< with the parameters' initial values
};

/// What `unroll` or `feed_forward` produce: a program with its results after every layer, and the parameters that it reads.
struct Unrolled {
  ir::Graph graph{};  ///< optimized; its outputs are those of the signature
  Signature signature{};
  ParameterStore parameters{};
  Backward backward{};
  Provenance made_by{};
};

/// A network made ready to run many times: its program is planned and its parameters are as they were. Not for several
/// threads at once; it uses the network's threads itself.
class Runner {
 public:
  struct Impl;
  explicit Runner(std::unique_ptr<Impl> impl);
  Runner(Runner&&) noexcept;
  Runner& operator=(Runner&&) noexcept;
  ~Runner();

  /// As Network::run.
  Dataset run(const Dataset& data);
  /// Bytes of working memory, after a run.
  std::size_t memory() const;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Copies share nothing, but see `of` and `bind`. Running is const and safe from several threads at once; it uses `threads` OpenMP threads.
class Network {
 public:
  /// Throws ScheduleError where the parts do not belong together: parameters that the program reads and that are not
  /// there or of another shape, and results that the program does not have.
  explicit Network(Unrolled unrolled);
  Network(const Network&);
  Network(Network&&) noexcept;
  Network& operator=(Network);
  ~Network();

  const Unrolled& unrolled() const&;
  Unrolled unrolled() &&;
  int layers() const;

  /// Their values may be changed, but neither their number nor their names and shapes: using or saving the network then
  /// throws.
  std::vector<Parameter>& parameters() &;
  const std::vector<Parameter>& parameters() const&;
  std::vector<Parameter> parameters() &&;
  /// Throws ScheduleError with near names when absent.
  Parameter& parameter(const std::string& name) &;
  const Parameter& parameter(const std::string& name) const&;
  Parameter parameter(const std::string& name) &&;
  /// Sets every copy of a declared parameter. Throws DataError when the size does not fit.
  void set(const std::string& base, const std::vector<double>& values);
  std::size_t trained_count() const;  ///< numbers that training changes

  /// Results of the last layer (or of `layer`, 1 .. layers) for every sample; names as in the model (marginals "x", their
  /// "x.logit", latents, read-outs); empty `names`: all of these. Some are computed where they are named, only:
  /// "log_partition", the algorithm's estimate of log Z or its bound, [1, 1]; for factors of at most 65536 joint states,
  /// but for those over all_pairs, "<factor>.marginal", the probabilities of the joint states of every factor of a
  /// declaration, [joint states, factors], the last variable fastest, and "<factor>.log_potential", likewise; with the parameters of the
  /// layer, where "x" has those of the read-out, which differ in untied networks.
  /// Throws DataError for missing, misshapen, non-finite or negative (where non-negative is declared) data, and
  /// NumericalError for non-finite results, as logarithms of what is impossible are. The program is made ready in the first
  /// call, and again where names, layer, threads or precision differ from the last one's; values of parameters are read anew.
  /// Results of data in parts are in such parts, too.
  Dataset run(const Dataset& data, const std::vector<std::string>& names = {},
              std::optional<int> layer = {}) const;

  /// The network with its parameters for samples of n consecutive frames: train on a few, run one by one. Throws
  /// ScheduleError for n < 1 and for networks that were not unrolled from a schedule.
  Network frames(int n) const;

  /// The network for samples of another structure, bound to the same parameters: training either trains both. Throws
  /// ScheduleError for networks of no family, and, naming both structures, where its parameters are not among these or of
  /// another shape or space.
  Network of(const Structure& structure) const;

  /// Reads the parameters of another network from now on, and trains them. Throws ScheduleError where a parameter of this
  /// network is not there, or of another shape or space.
  Network& bind(const Network& other) &;

  /// Results as `run` gives them, ready to be taken many times.
  Runner runner(const std::vector<std::string>& names = {}, std::optional<int> layer = {}) const;

  /// The same for samples that come a few at a time: the result of a sample has the same bits whichever samples it comes
  /// with, and however many. One sample alone costs as much as a vector register full of them (16 with AVX-512).
  Runner stream(const std::vector<std::string>& names = {}, std::optional<int> layer = {}) const;

  /// As Schedule::recompute_every, of a network as it is; 0: nothing is computed again. Throws ScheduleError for less.
  Network& recompute_every(int k) &;
  Network& threads(int n) &;  ///< 0: all
  Network threads(int n) &&;
  Network& precision(Precision p) &;
  Network precision(Precision p) &&;
  int threads() const;
  Precision precision() const;

  std::string text() const;  ///< the inference program, one line a value

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A conventional network on the same data, as a baseline: dense layers with ReLU between. Input "planes" are features
/// shared by all rows (a network applied at every site), otherwise the rows are the features.
struct FeedForward {
  std::string input{};
  ir::Type input_type{};
  std::vector<int> hidden{};
  int outputs = 1;
  enum class Activation { linear, sigmoid } activation = Activation::linear;
  std::string output{};    ///< name of the result; with ".logit" added, its value before a sigmoid
  bool log_input = false;  ///< log(1e-3 + x) first, for magnitudes
  std::vector<double> mean{}, deviation{};  ///< of the (log) features, subtracted and divided; empty: none
  std::optional<std::string> mask_of{};     ///< the output is a mask, and multiplied with this input
  int mask_first = 0;                       ///< the mask is for `outputs` rows of it from this one on
  std::uint64_t seed = 1;
};
Network feed_forward(const FeedForward& options);

}  // namespace unfurl
