/// The built-in inference algorithms: how one iteration goes. Options are plain structs; parameters an algorithm owns
/// (damping, steps, message weights) are named "<algorithm>.<parameter>" and are tied, untied and trained as the model's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace unfurl {

class Algorithm;
using AlgorithmPointer = std::shared_ptr<const Algorithm>;

/// In which order an iteration updates the variables: their beliefs in mean field, the messages into them elsewhere.
/// Whatever is updated later sees the newest values. Variables are numbered as in FactorGraph.
enum class UpdateOrder {
  flooding,    ///< all at once, from the values of the last iteration
  coloured,    ///< one class after the other of a colouring in which variables of a common factor differ
  sequential,  ///< one after the other; those that do not meet go together, which changes nothing
  forward_backward,  ///< in order, then back; variables after which nobody follows are visited once
  /// The factors of two and more variables one after the other, each sending to all of its variables from the newest messages:
  /// the layered decoding of codes [Hocevar04]. Those that do not meet go together, which changes nothing. A `sequence` lists
  /// these factors, numbered as declared. Of messages only.
  layered,
  layered_coloured  ///< the same, class after class of a colouring in which factors of a common variable differ
};

/// Learned weights of messages, initially 1 [Nachmani16].
enum class MessageWeights {
  none,
  per_edge,  ///< one for every message to a variable: "<algorithm>.weight.<variables>"
  shared,  ///< one for each factor type and arity, "<algorithm>.weight.Table2", which serve graphs of other structure
  single,  ///< one for all, "<algorithm>.weight"
  /// One for every pair of a message to a variable and a message that the variable sends on, as the networks of [Nachmani16]
  /// have them, "<algorithm>.weight.<variables>", by the message sent, then by the one received; and one for every message in a
  /// belief, "<algorithm>.belief_weight.<variables>". With UpdateOrder::flooding only.
  per_pair
};

/// Naive mean field on discrete variables, started from uniform beliefs:
///   q_i(s) <- softmax_s( theta_i(s) + sum_a E_q[ theta_a | x_i = s ] ),  q <- damping q_old + (1 - damping) q.
/// Fixed points are stationary points of the mean-field lower bound on log Z, E_q[theta] + H(q). One variable after the
/// other (any order but flooding) never lowers the bound and converges; flooding may oscillate without damping
/// [Wainwright08, section 5]. Where factors forbid joint states, updates are the limit of zeros that tend to 0: states that
/// evidence forbids have no probability, of the others those do that the factors forbid with the least expected weight, and
/// among these finite log-potentials decide; damping keeps nothing of the rest. The read-out "log_partition" is that bound,
/// after any number of iterations, and -inf for beliefs that give probability to what is impossible. A temperature, where
/// given, divides the logits above the softmax: deterministic annealing when it falls from layer to layer; the bound stays
/// one.
/// Parameters: "mean_field.damping" when damping > 0, "mean_field.temperature" where given.
struct MeanField {
  double damping = 0;
  UpdateOrder order = UpdateOrder::flooding;
  std::vector<int>
      sequence{};  ///< the variables as sequential and forward_backward visit them; empty: as declared
  std::optional<double> temperature{};
  operator AlgorithmPointer() const;
};

/// Sum-product belief propagation in the log domain; binary variables travel as one log-ratio:
///   m_{i->a} = theta_i + sum_{b != a} m_{b->i},   m_{a->i}(x_i) = log sum exp( theta_a + sum_{j != i} m_{j->a} ),
/// normalised, weighted, then damped: m <- damping m_old + (1 - damping) w m; started from zero. Beliefs are
/// theta_i + sum_a m_{a->i} of the last messages before damping. Exact on trees after as many parallel iterations as the
/// longest path, on chains after one of forward_backward. Fixed points elsewhere are the stationary points of the Bethe
/// free energy [Yedidia05]; there may be several, and no order is sure to reach one. The read-out "log_partition" is minus
/// that energy, of the beliefs as they are: log Z on trees at the fixed point, elsewhere neither bound.
/// A temperature, where given, makes it belief propagation on p^(1/temperature): above 1 beliefs grow softer, towards 0
/// they become those of max-product. There is no "log_partition" then.
/// Parameters: "bp.damping" when damping > 0, "bp.weight..." as message_weights says, "bp.temperature" where given.
struct SumProduct {
  double damping = 0;
  MessageWeights message_weights = MessageWeights::none;
  UpdateOrder order = UpdateOrder::flooding;
  std::vector<int> sequence{};
  /// Factors of one variable send messages too: nothing before the first iteration, and damped like all others.
  /// Otherwise they are there from the start.
  bool evidence_messages = false;
  std::optional<double> temperature{};
  operator AlgorithmPointer() const;
};

/// Max-product (min-sum with the sign turned): sum-product with the maximum in place of log sum exp,
///   m_{a->i}(x_i) = max( theta_a + sum_{j != i} m_{j->a} ),
/// so that beliefs are max-marginals; "x" holds them as probabilities, and their largest state is the estimate of the
/// most probable assignment. Exact on trees when that assignment is unique; elsewhere a fixed point cannot be improved
/// by changing any set of variables whose graph has at most one cycle [Weiss01]. There is no "log_partition": the value of
/// an estimate is the sum of log-potentials at its states.
/// Normalised min-sum scales the messages, offset min-sum moves them towards zero, m <- sign(m) max(|m| - offset, 0)
/// [Chen05]. Parameters: "max_product.damping" when damping > 0, "max_product.weight...", and "max_product.scale",
/// "max_product.offset" where given.
struct MaxProduct {
  double damping = 0;
  MessageWeights message_weights = MessageWeights::none;
  UpdateOrder order = UpdateOrder::flooding;
  std::vector<int> sequence{};
  bool evidence_messages = false;
  std::optional<double> scale{};
  std::optional<double> offset{};
  operator AlgorithmPointer() const;
};

/// Tree-reweighted belief propagation [Wainwright05]. With edge weights rho_a, the probabilities that factor a of two or
/// more variables is in a random spanning tree:
///   m_{i->a} = theta_i + sum_{b != a} rho_b m_{b->i} + (rho_a - 1) m_{a->i},
///   m_{a->i}(x_i) = log sum exp( theta_a / rho_a + sum_{j != i} m_{j->a} ),   belief theta_i + sum_a rho_a m_{a->i}.
/// All rho = 1 is sum-product. For weights of spanning trees the free energy is convex: the fixed point is unique and its
/// value, the read-out "log_partition", an upper bound on log Z. Damping helps to reach it. Before it, the read-out bounds
/// nothing. Weights that are no such probabilities lose both promises.
/// Parameters: "trw.damping" when damping > 0, "trw.edge_weight", or "trw.edge_weight.<factor>" with one for each.
struct TreeReweighted {
  double damping = 0;
  /// One number for all factors; absent: (variables - components) / sum of (arity - 1), which is (n - 1) / edges on connected
  /// graphs of pairs, the probability in a graph whose edges are all alike.
  std::optional<double> edge_weight{};
  std::vector<double>
      edge_weights{};  ///< or one for each factor of two or more variables, in the order of declaration
  std::optional<int> spanning_trees{};  ///< or estimated from at least so many random spanning trees
  std::uint64_t seed = 1;
  UpdateOrder order = UpdateOrder::flooding;
  std::vector<int> sequence{};
  bool evidence_messages = false;
  operator AlgorithmPointer() const;
};

/// Fractional belief propagation [Wiegerinck03], the fixed points of power expectation propagation [Minka04]: the equations
/// of TreeReweighted with rho_a = 1 / power_a and any positive powers. Power 1 is sum-product, powers towards 0 approach
/// mean field, powers above 1 count a factor's messages less. Fixed points are the stationary points of the fractional
/// free energy, minus which is the read-out "log_partition". Parameters: "fractional_bp.damping" when damping > 0, "fractional_bp.power", or
/// "fractional_bp.power.<factor>" with one for each.
struct FractionalBeliefPropagation {
  double damping = 0;
  double power = 1;
  std::vector<double>
      powers{};  ///< one for each factor of two or more variables, in the order of declaration
  UpdateOrder order = UpdateOrder::flooding;
  std::vector<int> sequence{};
  bool evidence_messages = false;
  operator AlgorithmPointer() const;
};

/// Belief propagation on real variables with quadratic log-potentials [Weiss01b], in information form: messages are a
/// precision P and a potential h, of exp( h x - P x^2 / 2 ). With P_{j->a}, h_{j->a} the sums of the evidence on j and of
/// all its messages but that of a, and a factor a = -(p_i x_i^2 + p_j x_j^2) / 2 - c x_i x_j + q_i x_i + q_j x_j,
///   P_{a->i} = p_i - c^2 / (p_j + P_{j->a}),   h_{a->i} = q_i - c (q_j + h_{j->a}) / (p_j + P_{j->a}),
/// (for GaussianDifference written as w P / (w + P) and w h / (w + P), which lose nothing where w is large,)
/// started from zero, all at once, m <- damping m_old + (1 - damping) m. Beliefs are made of the last messages before
/// damping. Results: "x", the means, and "x.variance". Where it converges the means are exact [Weiss01b]; on trees it
/// converges after as many iterations as the longest path, and variances are exact, too. It converges for walk-summable
/// models, which diagonally dominant ones are; elsewhere it may diverge, and variances with loops are approximate
/// [Malioutov06]. A precision that is not positive is a NumericalError naming the factor or the variables; that happens
/// where the model is no density or not walk-summable, and where GaussianCoupling joins a variable without evidence.
/// Parameter: "gabp.damping" when damping > 0.
struct GaussianBeliefPropagation {
  double damping = 0;
  operator AlgorithmPointer() const;
};

/// Multiplicative updates for non-negative latents, from any objective F whose gradient splits:
///   H <- H * ( [dF/dH]_- / [dF/dH]_+ )^exponent      [LeeSeung01], [Hershey14] eq. for the layers of deep NMF.
/// For a beta divergence and L1 of weight mu: H <- H * W^T(V l^(beta-2)) / (W^T l^(beta-1) + mu), l = W H + 1e-8 mean(V).
/// Started from `initial`. Never raises F with one beta divergence, fixed dictionaries and exponent 1 for beta in [1, 2].
struct MultiplicativeUpdate {
  double initial = 1;
  double exponent = 1;
  operator AlgorithmPointer() const;
};

/// Support selection [Chen18]: of the entries that the proximal map leaves, those with the largest magnitudes before it pass as
/// they were. In layer k = 1, 2, ... they are the share min(k * per_layer, most) of all entries, rounded.
struct SupportSelection {
  double per_layer = 0;
  double most = 1;
};

/// Proximal gradient descent (ISTA) on one latent: x <- prox( x - step * gradient ), started from zero. The gradient is that of
/// all smooth factors with an `energy`, such as SquaredError or Huber of any linear formula A * x; `prox` is that of at most
/// one factor with a `proximal`, such as L1, GroupLasso or Box. The step is 1/L, L = 1.001 times the sum of the factors'
/// curvatures times |A|_2^2, of the initial parameters; the objective then never rises.
///
/// Its learned forms, untied:
///   SLISTA       [Ablin19] a step, and perhaps a weight of the penalty, for every layer: "ista.step" and the model's.
///   LISTA        [Gregor10] Form::lista, for a SquaredError{b, A * x} and at most one L1: x <- soft_threshold( S x + B b,
///                theta ), S = I - A^T A / L, B = A^T / L, theta = lambda / L as parameters of their own.
///   LISTA-CP     [Chen18] Weight::coupled, for one SquaredError{b, A * x}: W^T (A x - b) is the gradient, W a parameter,
///                initially A.
///   ALISTA       [Liu19] Weight::analytic: the same with W computed from A, see analytic_weight(), and step 1.
///   -SS, CPSS    with support selection, so that large entries are not shrunk.
/// Parameters: "ista.step", "ista.weight" where W is one (of `analytic` it is not trained); "lista.S", "lista.B",
/// "lista.theta".
struct ProximalGradient {
  enum class Form { ista, lista } form = Form::ista;
  /// Nesterov momentum (FISTA [Beck09]), form ista only: fixed weights t_k, no parameters.
  bool accelerated = false;
  /// Its initial value; absent: 1/L. Needed where no curvature or no A is known before there are data.
  std::optional<double> step{};
  enum class Weight { transpose, coupled, analytic } weight = Weight::transpose;
  SupportSelection selection{};
  /// Smooth factors, by name, of which one counts in each layer, in turn, and again from the first: incremental gradients,
  /// such as those of sketches of the data. All others count in every layer. L is then that of the largest one.
  std::vector<std::string> turns{};
  double ridge = 0;  ///< of the analytic weight
  operator AlgorithmPointer() const;
};

/// HyperLISTA [Chen21]: ALISTA whose thresholds, momentum and selection follow from how far it has come, by three numbers.
/// With r = A x - b of a SquaredError{b, A * x}, W its analytic weight and A^+ its pseudoinverse,
///   z = x - step W^T r + momentum |x|_0 (x - x_before),   x <- prox(z) at threshold * step * |A^+ r|_1,
/// of which min( max( selection log( |A^+ b|_1 / |A^+ r|_1 ), 0 ), 1 ) of all entries, rounded, are selected as in
/// SupportSelection. The penalty's own weight multiplies the threshold: write L1{1.0, x}. It does not depend on the scale
/// of the data. Complex numbers (ComplexL1{1.0, x}) and other groups count as one entry each, with their magnitudes.
///
/// With `floor` thresholds are step * ( threshold |A^+ r|_1 + floor max |A^T b| ), the largest being the weight from which
/// on the lasso is zero: for columns so nearly parallel that errors far from the truth leave hardly a residual.
/// With `block` thresholds adapt by block of so many neighbouring entries, after an idea of HyperLISTA-ABT: in block i
/// `threshold` counts max( 1 + local (n_i - 1), 0 ) times, n_i the mean of |A^+ r| in the block over that of all.
/// Parameters "hyperlista.threshold", "hyperlista.momentum", "hyperlista.selection", "hyperlista.step", where they are asked
/// for "hyperlista.floor" and "hyperlista.local"; "hyperlista.weight" and "hyperlista.pseudoinverse" are computed.
struct HyperLista {
  double threshold = 0.0138, momentum = 0.0036, selection = 0.28;
  std::optional<double> step = 1;  ///< its initial value; absent: 1 / |W^T A|_2
  /// What is selected: the count rounded (the paper), or entries not below a quantile (its code), with jumps that gradients
  /// do not see; fractional: the last entry in part, and in part what lies less than 1.25 thresholds high, without jumps.
  enum class Count { rounded, quantile, fractional } count = Count::rounded;
  /// Momentum by the number of entries that are not zero, or `momentum` alone, whatever that is.
  bool counts_support = true;
  std::optional<double> floor{};  ///< its initial value; absent: there is none
  double ridge = 0;               ///< of W, see analytic_weight(), and of A^+ = A^T (A A^T + ridge)^-1
  std::optional<int> block{};     ///< entries of a block; absent: one threshold for all
  double local = 0;               ///< its initial value
  operator AlgorithmPointer() const;
};

/// Approximate message passing [Donoho09] on one latent, for one SquaredError{b, A * x} with independent entries of A of
/// variance 1/rows and one factor f that treats entries alone:
///   r = b - A x + r_before (sum of f's slopes) / rows,   x <- f( x + A^T r, tau ),   tau^2 = |r|^2 / rows.
/// f is the posterior mean at variance (scale tau)^2 of a prior that has one, such as BernoulliGaussian (then scale 1 is
/// right), else the proximal map at step scale * tau, of L1{1.0, x} the soft threshold. As the sizes grow, the error follows
/// the state evolution [Bayati11]; on other matrices it may diverge. Parameter: "amp.scale".
struct Amp {
  /// Its initial value; absent: 1 for posterior means, 1.14 for proximal maps.
  std::optional<double> scale{};
  operator AlgorithmPointer() const;
};

/// Orthogonal AMP [Ma17] on one latent, for one SquaredError{b, A * x} of any A with independent rows, noise of known variance
/// and one factor with a posterior mean f:
///   v = max( (|b - A x|^2 - rows * noise) / |A|_F^2, 0 ),   r = x + step W (b - A x),   x <- f( r, tau^2 ),
/// W = A^+ columns / rows, so that the trace of W A is that of 1, and tau^2 the variance of r that follows from v.
/// Between layers x is C (f - (mean slope of f) r), C = 1 / (1 - mean slope), whose error is uncorrelated to that of r; results
/// are f itself. TISTA [Ito19] has x = f, W = A^+ and a trained step: `divergence_free = false`.
/// Parameter: "oamp.step"; "oamp.weight" and "oamp.noise" are computed or given.
struct Oamp {
  double noise = 0;
  bool divergence_free = true;
  operator AlgorithmPointer() const;
};

/// The primal-dual algorithm [Chambolle11] for min_x g(x) + sum_i f_i(K_i x), of SquaredErrors and penalties f_i of linear
/// formulas and at most one penalty g of the latent itself, with the other smooth factors h by their gradients [Condat13]:
///   x' = prox of primal_step g at x - primal_step ( sum_i K_i^T y_i + gradient of h ),
///   y_i <- prox of dual_step f_i^* at y_i + dual_step K_i (2 x' - x),   x <- x'.
/// It converges to a minimum where all are convex and primal_step (dual_step sum_i |K_i|^2 + L_h / 2) <= 1, which the
/// defaults keep. Parameters: "chambolle_pock.primal_step", "chambolle_pock.dual_step".
struct ChambollePock {
  /// Initial values; absent: equal ones, the largest sure to converge.
  std::optional<double> primal_step{}, dual_step{};
  operator AlgorithmPointer() const;
};

/// ADMM [Boyd11], linearised [Condat13]: minimises f(x) + sum_i g_i(K_i x) over one latent, of all smooth factors f with an
/// `energy` and any number of factors g_i with a `proximal`, each of a linear formula K_i x (or K_i x + c) of the latent, such
/// as L1{weight, differences() * x}. From x = 0, z_i = K_i x, u_i = 0:
///   x <- x - step * gradient of ( f(x) + penalty/2 sum_i |K_i x - z_i + u_i|^2 ),
///   z_i <- prox of g_i / penalty at K_i x + u_i,   u_i <- u_i + K_i x - z_i.
/// A latent that is not negative has that as another g. The result is z where a penalty of x itself (or that constraint) has
/// one, else x. It converges to a minimum where all are convex and step <= 1 / (L + penalty sum_i |K_i|_2^2), which the
/// defaults keep: penalty L / sum_i |K_i|_2^2, L the curvature of f. Parameters: "admm.penalty", "admm.step".
struct Admm {
  std::optional<double> penalty{};  ///< its initial value; absent: as above
  std::optional<double> step{};     ///< its initial value; absent: the largest one that is sure to converge
  operator AlgorithmPointer() const;
};

/// An algorithm by its short name, one of algorithm_names(): "bp" is SumProduct{}, "fista" ProximalGradient{.accelerated = true}.
/// The library's are listed in lib/algorithms/all.hpp, each with the options that it stands for; more come by name_algorithm().
/// Throws ScheduleError with near names where there is none.
AlgorithmPointer algorithm_by_name(const std::string& name);
/// Gives an algorithm of one's own a short name, for algorithm_by_name() and `--algorithm`. Throws ScheduleError for a name
/// that is taken. For the start of a program, before other threads ask.
void name_algorithm(const std::string& name, AlgorithmPointer algorithm);
/// The short names, in the order of the table.
std::vector<std::string> algorithm_names();

}  // namespace unfurl
