/// Discriminative training of compiled networks: losses, optimizers, the loop, and the gradient check.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "unfurl/data.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/network.hpp"

namespace unfurl {

/// What a loss is written with: the results of one layer and targets from the data.
struct LossContext {
  ir::Builder& builder;
  std::function<ir::Value(const std::string& name)> result;  ///< a read-out of the layer
  /// An array of the data set, checked against the type: labels are of Domain::index with their number of states.
  std::function<ir::Value(const std::string& name, ir::Type type)> target;
  const Model* model = nullptr;  ///< of the network; null for conventional ones

  /// A target that may have gaps.
  struct Partial {
    ir::Value value;  ///< 0 where it is `missing`
    ir::Value known;  ///< 1 where it is not, else 0
  };
  std::function<Partial(const std::string& name, ir::Type type)> partial_target{};
};

/// A loss per sample, averaged over samples (and over layers, when taken at every layer). Losses are programs: their
/// gradients come from the same pass as the network's.
struct Loss {
  std::function<ir::Value(LossContext&)> per_sample;  ///< [1, 1, lanes]
  bool at_every_layer = false;
  double tying_weight = 0;  ///< see near_tied
  double zero_weight = 0;   ///< see near_zero
  /// The mean over all layers' read-outs instead of the last one's.
  Loss every_layer() const {
    Loss l = *this;
    l.at_every_layer = true;
    return l;
  }
  /// Adds weight * the sum of (log W_k - the mean over k of log W_k)^2 over entries and copies k of every untied parameter:
  /// a Gaussian prior around the tied network. Values instead of logarithms for real parameters; 1e-8 of
  /// their mean is added to non-negative ones. Validation losses have it, too.
  Loss near_tied(double weight) const {
    Loss l = *this;
    l.tying_weight = weight;
    return l;
  }
  /// Adds weight * the sum of the squares of all parameters that are trained (L2): a Gaussian prior around zero. A trainer's
  /// validation losses do not have it.
  Loss near_zero(double weight) const {
    Loss l = *this;
    l.zero_weight = weight;
    return l;
  }
};

/// Weighted sums of losses per sample; a part of weight 0 trains nothing. Throw ScheduleError for weights that are not
/// finite, empty parts, and parts with every_layer, near_tied or near_zero: apply these to the sum.
Loss operator+(const Loss& a, const Loss& b);
Loss operator*(double weight, const Loss& loss);

namespace loss {
/// Which sites (rows of a target) count in a loss, and how much. A site that does not count may hold anything that the type
/// allows, and results there may be anything, infinities too.
struct Sites {
  /// An array of the data, [1, sites], not negative; absent: as the loss weighs them by itself.
  std::optional<std::string> weights{};
  /// Entries of the target may be `missing`, and then have weight 0; otherwise that is refused.
  bool gaps = false;
};
/// What a loss says of every entry, weighed and summed, [1, 1, lanes]. `known` as in LossContext::Partial; absent: everything
/// is. For losses of one's own.
ir::Value sum_over_sites(LossContext& c, ir::Value each, const Sites& sites, ir::Value known);

/// Mean over variables of -log p(label): `variable` as in the model (or a network's output with a ".logit"), labels
/// [1, variables] holding states 0, 1, ... With weights the sum of weight * -log p(label). Gaps count as 0: the mean is over
/// all variables, so that every label counts as much, whichever sample it is in.
Loss cross_entropy(const std::string& variable, const std::string& labels, const Sites& sites = {});
/// With weights, which are 0 where there is no label and any state may stand.
Loss cross_entropy(const std::string& variable, const std::string& labels, const std::string& weights);
/// Sum over entries of (result - target)^2.
Loss squared_error(const std::string& result, const std::string& target, const Sites& sites = {});
/// What the model's factors over latents add up to at the result, with the parameters as the model declares them, whatever
/// has become of the network's own: training without codes [Nagahisa25]. Constraints (Box, TopK), which results keep, add
/// nothing. Throws ScheduleError for networks without a model, and factors without an energy.
Loss objective();
/// Sum over entries of D_beta(target | result); 1e-8 of the mean of the sample's target, where it is known (of 1: it is
/// silent), is added to both.
Loss beta_divergence(double beta, const std::string& result, const std::string& target,
                     const Sites& sites = {});
/// Minus log p(labels) of a model of discrete variables whose log Z the algorithm estimates,
///   log_partition - sum of all log-potentials at the labels,
/// given the array of labels [1, variables] of every group of variables. Its gradient is the expected less the empirical
/// statistics, with the marginals of factors taken as given: maximum likelihood with approximate marginals [Domke13]. At
/// fixed points of every algorithm that is the derivative of the value. Before them it is not, on purpose: estimates of
/// log Z of beliefs that contradict each other bound nothing, and training would exploit that. Parameters of the algorithm
/// and of layers before the last get no gradient: train tied networks. Exact on trees; in TreeReweighted an upper bound, in
/// mean field a lower one, of the true value. Labels that the model rules out cost infinitely much. Throws ScheduleError for
/// networks without log_partition or tables of factors, and where variables have no labels.
///
/// A joint state has one likelihood: weights are [1, 1], one for each sample, and gaps are refused with ScheduleError, since the
/// likelihood of some of the labels needs a second log Z, with these as evidence.
Loss negative_log_likelihood(const std::map<std::string, std::string>& labels, const Sites& sites = {});
Loss negative_log_likelihood(const std::string& variable, const std::string& labels, const Sites& sites = {});

/// Minus log_partition, which needs no labels: for what an algorithm learns about inference (damping, weights of messages),
/// with the model's parameters frozen. In mean field a lower bound on log Z rises. The fixed points of the other algorithms
/// are stationary in it (minima, where they are stable), but beliefs that contradict each other, before the fixed point,
/// can lie below: look at marginals, too.
Loss free_energy();
/// log_partition itself: TreeReweighted's upper bound on log Z falls with better edge weights, at a fixed point.
Loss log_partition();
}  // namespace loss

class Ranks;
class OptimizerRule;
/// One of these, or one of a user's own, see extend/optimizer.hpp. What `nonneg` parameters do under additive ones, their
/// Positivity says.
using Optimizer = std::shared_ptr<const OptimizerRule>;

/// Stochastic gradient descent with momentum.
struct Sgd {
  double rate = 1e-2;
  double momentum = 0;
  Positivity positivity = Positivity::projected;
  operator Optimizer() const;
};

/// Adam [Kingma15]. The rate falls linearly to rate * final_rate over the epochs.
struct Adam {
  double rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double final_rate = 1;
  std::optional<double> clip{};  ///< largest norm of the whole gradient
  Positivity positivity = Positivity::log;
  /// Gradients of the logarithm of the batch's loss: divided by the loss, before they are clipped. For errors that fall over
  /// many powers of ten, of which the second moments would remember the first.
  bool relative = false;
  operator Optimizer() const;
};

/// Multiplicative backpropagation [Hershey14]: W <- W * (g- / g+)^exponent with the split gradient. Keeps
/// non-negative parameters non-negative without a rate; other parameters are not trained. Not a descent method.
///
/// {.cancel_per_layer = false} is the published rule, which hardly moves dictionaries of inner layers: the halves nearly cancel
/// there. Divide their columns by their norms (unit_columns()), or entries run away. With `change`, every copy of a parameter
/// chooses its exponent in every step, so that the root mean square of exponent * log(g- / g+) is the change that is wanted.
struct MultiplicativeBackprop {
  double exponent = 1;  ///< with `change`, the largest one
  /// Wanted root mean square of the changes of logarithms in a step; absent: the exponent as given.
  std::optional<double> change{};
  double final_change = 1;  ///< `change` falls linearly to change * final_change over the epochs
  /// Share of the past in averages of either half, [0, 1). With `change` each batch's halves first lose what they share:
  /// what is left are the positive and negative entries of the gradient, and one pass gives them.
  double average = 0;
  /// With `change`: added to both halves of every entry, as a share of the parameter's mean of W * (g+ + g-) / 2. What
  /// hardly matters then hardly moves. Some entries still grow without end: none passes 1e8 times the first largest.
  double smoothing = 1e-2;
  bool cancel_per_layer = true;  ///< subtract the common part of both halves at every layer: larger steps
  int backtracking = 0;          ///< halvings of the exponents while the batch's loss rises
  operator Optimizer() const;
};

/// How a learning rate changes over the training, or over each stage of a curriculum, whatever the optimizer: its share of the
/// optimizer's own rate.
struct RateSchedule {
  enum class Kind { constant, linear, cosine, step };
  Kind kind = Kind::constant;
  double final_share = 0.1;  ///< at the end, 0 .. 1; of `constant` no matter
  int falls = 3;             ///< of `step`: it falls so often, by equal factors after equal times

  /// At this share of the training.
  double share(double progress) const;
  /// "cosine:0.01": the kind and, where they matter, the final share and the falls ("step:0.01:3").
  std::string text() const;
  /// The schedule of such a text; what is left out is as above. Throws ScheduleError for others, and numbers out of range.
  static RateSchedule named(const std::string& text);
};

/// What one epoch did.
struct EpochRecord {
  int epoch = 0;                     ///< 1-based
  double loss = 0;                   ///< mean over the epoch's batches, before each step
  std::optional<double> validation;  ///< loss on the validation data, after the epoch
  double seconds = 0;                ///< of training in this epoch
  std::optional<double> rate{};      ///< the optimizer's, in the last step; absent where it has none
  /// Mean norm of the batches' gradients; absent unless it is asked for, Trainer::gradient_norms.
  std::optional<double> gradient_norm{};
};

/// How far training moved one copy of a parameter.
struct ParameterChange {
  std::string name, base;   ///< as in Parameter
  std::vector<int> places;  ///< layers that use it; K is the read-out
  /// Median over the entries of |after - before| / |before|; few that run far away do not hide the others. Entries that
  /// were zero do not count, unless all were: then the median of |after|.
  double relative = 0;
  std::optional<std::string> scale_of{};  ///< as in Parameter
};
/// Of the trained parameters, in the network's order; `before` and `after` are of one network.
std::vector<ParameterChange> changes(std::span<const Parameter> before, std::span<const Parameter> after);

struct History {
  std::vector<EpochRecord> epochs;
  double seconds = 0;  ///< of training
  bool interrupted = false;
  std::vector<ParameterChange>
      changes;  ///< since the network was given to `fit`, before any checkpoint was read
  /// Bytes of working memory of a training step: all, but for parameters, and what of it are values of samples, which
  /// Schedule::recompute_every makes less.
  std::size_t memory = 0, memory_of_values = 0;
};

inline constexpr int most_slots = 65536;  ///< of a batch, Trainer::slots

/// The training loop. Same seed, same bits, for any number of threads and of processes, resumed or not.
struct Trainer {
  Loss loss{};
  Optimizer optimizer = Adam{};
  int epochs = 10;
  int batch = 128;
  std::uint64_t seed = 1;  ///< order of the samples
  std::optional<Dataset> validation{};
  bool keep_best = false;  ///< end with the parameters of the best validation loss, that before training too
  /// Ends the training when so many epochs in a row were not better than the best one on the validation data; 0: never.
  int patience = 0;
  /// In the place of what the optimizer does to its rate by itself (Adam::final_rate and the like).
  std::optional<RateSchedule> rate_schedule{};
  bool gradient_norms = false;  ///< measure them, for EpochRecord
  /// Where to write a checkpoint after every `checkpoint_every` epochs; absent: nowhere.
  std::optional<std::filesystem::path> checkpoint{};
  int checkpoint_every = 1;
  /// Continue from `checkpoint` when it exists.
  bool resume = false;
  /// Layer by layer [Ito19, "incremental training"]: n stages of nearly as many epochs, of which stage s = 1 .. n has the
  /// loss of the first s K / n layers (rounded up), and so trains these and their read-out (copies of the next place). Each
  /// stage starts the optimizer and its rates anew. Validation losses are always the whole network's. At most as many
  /// as layers and epochs.
  int curriculum = 1;
  /// Share of every stage, at its end, over whose steps the parameters are averaged [Polyak92], 0 .. 1; 0: no averages. From
  /// there on the network (validated, in checkpoints, given back) has the averages, which vary less from run to run than
  /// the last step.
  double average = 0;
  /// Bytes that a training step may take (StepMemory::total); absent: any number. What of the layers is kept for the gradient is
  /// then as much as fits, and the rest computed again, as with Schedule::recompute_every: the same bits. fit() throws
  /// ScheduleError, with what is needed at least, where nothing fits.
  std::optional<std::size_t> memory{};
  /// Slots of every batch: parts that are computed one by one, whose gradients are added up in their order. 0: a number that
  /// follows from network and batch. Another number gives other bits, by rounding.
  int slots = 0;
  /// Processes that share the slots of every batch (unfurl/ranks.hpp), at most one for each; null: this one does all of it. Each
  /// calls fit() with the same options, network and data; rank 0 alone writes checkpoints, and reads them. All get the same
  /// network, that of one process to the bit.
  std::shared_ptr<Ranks> ranks{};
  /// Text kept in checkpoints: the declaration that made the network.
  std::string declaration{};
  /// Called after every epoch; returning false stops the training. A progress line, a log, a curve.
  std::function<bool(const EpochRecord&)> on_epoch{};
  /// Called after every batch with the share of the epoch that is done, 0 .. 1.
  std::function<void(int epoch, double share, double loss)> on_batch{};

  /// Trains `network` in place, with its precision and threads. Throws DataError for data that do not fit, ScheduleError
  /// where nothing would be trained (no free parameter that the loss depends on, none that the optimizer can train, or
  /// gradients that are 0 in every batch of the first epoch) and for more ranks than slots, and NumericalError when a loss or gradient is not finite (the
  /// parameters are then those before that step).
  History fit(Network& network, const DataSource& data) const;
};

/// Mean loss of a network on data. Throws DataError for data that do not fit.
double evaluate_loss(const Network& network, const Loss& loss, const Dataset& data);

/// One parameter of a gradient check.
struct GradientCheck {
  std::string parameter;
  double largest_error = 0;  ///< |difference| / max(1, |gradient|) over the entries tried
  int entries = 0;
  bool passed = false;
};

/// Gradients of every trained parameter against central differences in float64, on up to `entries` entries each.
std::vector<GradientCheck> check_gradients(const Network& network, const Loss& loss, const Dataset& data,
                                           int entries = 20, double tolerance = 1e-5);

}  // namespace unfurl
