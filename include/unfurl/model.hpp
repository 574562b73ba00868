/// What a user declares: variables, observed data, parameters, and the factors that join them. Nothing here knows of
/// iterations, tying or training.
///
/// In expressions `*` is the matrix product (or a product with a scalar), `/`, `+` and `-` are elementwise, `cwise(a, b)`
/// is the elementwise product and `dot(a, b)` the inner one. Extents of one and values without samples broadcast.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unfurl/data.hpp"
#include "unfurl/edges.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/type.hpp"
#include "unfurl/space.hpp"

namespace unfurl {

inline constexpr Domain real = Domain::real;
inline constexpr Domain nonneg = Domain::nonneg;

class Model;
class FactorType;
namespace ir {
class Builder;
}

/// A number, handle, or formula over them. A cheap value.
class Expr {
 public:
  struct Node;
  Expr() = default;
  Expr(double number, Where where = Where::here());  // NOLINT: numbers are formulas
  explicit Expr(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  /// Both throw ModelError for an empty formula.
  const Node& node() const&;
  const Node& node() && = delete;  ///< it would be gone with the formula
  ir::Type type() const;
  explicit operator bool() const { return node_ != nullptr; }

 private:
  std::shared_ptr<const Node> node_;
};

/// A formula is a handle of a model (`declaration` >= 0) or an operation with its lowering.
struct Expr::Node {
  enum class Kind { number, param, observed, context, latent, previous, operation } kind = Kind::number;
  std::string text;  ///< name of the handle or operation, for messages and drawings
  ir::Type type;
  double number = 0;
  int declaration = -1;         ///< index among the model's parameters, observed inputs or latents
  int past = 0, ahead = 0;      ///< context: frames before and after the present one
  bool scalar = false;          ///< one number, not an array that happens to have one entry
  std::vector<int> dims{};      ///< extents of the array that the rows are, where they are known
  const void* model = nullptr;  ///< identity of the model that declared a handle below
  std::vector<Expr> args;
  std::function<ir::Value(ir::Builder&, const std::vector<ir::Value>&)> lower;
};

class Param : public Expr {
 public:
  using Expr::Expr;
  std::string name() const { return node().text; }
};
class Observed : public Expr {
 public:
  using Expr::Expr;
  std::string name() const { return node().text; }
};
class Latent : public Expr {
 public:
  using Expr::Expr;
  std::string name() const { return node().text; }
};

/// An operand of an operator, with the line it stands in.
struct Operand {
  Operand(const Expr& e, Where w = Where::here()) : expr(e), where(std::move(w)) {}          // NOLINT
  Operand(double number, Where w = Where::here()) : expr(number, w), where(std::move(w)) {}  // NOLINT
  Expr expr;
  Where where;
};

/// Samples that follow each other in time are frames. In each frame a model may look at the data of its neighbours, and
/// start its latents from what it inferred in the frame before. `context` stacks the frames t - past .. t + ahead of data
/// of one plane, the oldest first: [1, (past + 1 + ahead) rows]. Throws ModelError for negative numbers or several planes.
Expr context(const Observed& v, int past, int ahead = 0, Where where = Where::here());
/// The inferred value of a latent in the previous frame; an input "<latent>.previous" before the first one.
Expr previous(const Latent& x);

// Elementwise operations need equal shapes, or extents of one. Two arrays of data or latents with several dimensions need
// equal ones: {3, 5} and {5, 3} do not fit. All throw ModelError with the line of the formula.
Expr operator+(const Operand& a, const Operand& b);
Expr operator-(const Operand& a, const Operand& b);
Expr operator-(const Operand& a);
/// A matrix of parameters times a vector, [p, q] [q] = [p], or times the features of every site, [p, q] [q, sites]; or a
/// product with a scalar. An array of one entry is a vector for a matrix of one column. The product of two vectors is
/// refused: it could be cwise or dot.
Expr operator*(const Operand& a, const Operand& b);
Expr operator/(const Operand& a, const Operand& b);
/// The elementwise product.
Expr cwise(Expr a, Expr b, Where where = Where::here());
/// The sum of the products of all entries of two arrays of one shape: a scalar.
Expr dot(Expr a, Expr b, Where where = Where::here());
Expr exp(Expr a, Where where = Where::here());
Expr log(Expr a, Where where = Where::here());
/// a / (a + b) for non-negative a and b: the Wiener-like mask of a source.
Expr ratio_mask(Expr a, Expr b, Where where = Where::here());
/// Columns scaled to Euclidean norm one, inside the program, so that gradients see it.
Expr unit_columns(Expr matrix, Where where = Where::here());
/// (W + W^T) / 2 with zeros on the diagonal.
Expr symmetric(Expr matrix, Where where = Where::here());
/// Entries first .. first + count - 1 of a vector, or these columns of a matrix. Throws ModelError outside of it.
Expr slice(Expr a, int first, int count, Where where = Where::here());
/// Rows first .. first + count - 1 of a matrix. Throws ModelError outside of it.
Expr rows_of(Expr matrix, int first, int count, Where where = Where::here());
/// Mean over all entries of each sample: a scalar.
Expr mean(Expr a, Where where = Where::here());

/// Extent of a parameter, [planes, rows]; planes are states or table entries, and the rows of a matrix.
struct Extent {
  int planes = 1;
  int rows = 1;
};
inline Extent scalar() { return {1, 1}; }
inline Extent vector(int n) { return {1, n}; }
inline Extent matrix(int rows, int columns) { return {rows, columns}; }
/// One number for every factor of the set.
inline Extent per_edge(const Edges& e) { return {1, e.count()}; }
/// One table shared by all factors of the set; joint states in row-major order, the last variable fastest.
inline Extent table(const Edges& e, const Where& where = Where::here()) { return {e.table_size(where), 1}; }
inline Extent table_per_edge(const Edges& e, const Where& where = Where::here()) {
  return {e.table_size(where), e.count()};
}

/// A factor type with its arguments; built-in ones are in factors.hpp.
struct FactorSpec {
  const FactorType* type = nullptr;
  std::vector<Expr> args;
  std::vector<double> numbers;
};

/// A model: declarations only. Copies are independent; handles of one model cannot be used in another.
class Model {
 public:
  struct ParamDeclaration {
    std::string name;
    ir::Type type;
    std::vector<double> initial;  ///< [planes, rows], row-major
    Where where;
    Space space{};
  };
  struct ObservedDeclaration {
    std::string name;
    ir::Type type;
    Where where;
    bool gaps = false;  ///< entries may be `missing`
  };
  struct LatentDeclaration {
    std::string name;
    ir::Type type;
    Where where;
    Expr start{};  ///< where inference starts from; empty: as the algorithm has it
  };
  struct VariableDeclaration {
    VariableGroup variable;
    Where where;
  };
  struct FactorDeclaration {
    std::string name;
    Edges edges;  ///< empty for factors over latents
    FactorSpec spec;
    Where where;
    /// "factor 'smooth' (denoiser.cpp:14)"
    std::string describe() const;
  };
  struct ReadoutDeclaration {
    std::string name;
    Expr expression;
    Where where;
  };

  explicit Model(std::string name);
  const std::string& name() const& { return name_; }
  std::string name() && { return std::move(name_); }

  /// Data given per sample: one number per entry of `dims`. `nonneg` data are checked when given.
  Observed observed(const std::string& name, std::vector<int> dims, Domain domain = real,
                    Where where = Where::here());
  /// Several features for each entry of `dims`.
  Observed features(const std::string& name, std::vector<int> dims, int features, Domain domain = real,
                    Where where = Where::here());
  Discrete discrete(const std::string& name, std::vector<int> dims, int states, Where where = Where::here());
  /// What is known of the variables, sample by sample: an array of their states, `missing` where a variable is hidden. A sample
  /// is inferred as if its known states were part of the model, without compiling anew. Adds a factor "<name>.known" on each
  /// variable, which rules out the other states.
  void evidence(const std::string& name, const Discrete& x, Where where = Where::here());
  Latent latent(const std::string& name, std::vector<int> dims, Domain domain = real,
                Where where = Where::here());
  /// Real variables that factors join one by one, like discrete ones; a latent is an array that formulas speak of.
  Continuous continuous(const std::string& name, std::vector<int> dims, Where where = Where::here());

  /// Parameters are numbers, real, nonneg or of another space, in which training keeps them; of an empty edge set there may be
  /// none. All throw ModelError for initial values that are not in the space; Space::nearest finds some.
  Param param(const std::string& name, double initial, Space space = real, Where where = Where::here());
  Param param(const std::string& name, Extent extent, double initial, Space space = real,
              Where where = Where::here());
  /// Initial values [planes, rows], row-major.
  Param param(const std::string& name, Extent extent, std::vector<double> initial, Space space = real,
              Where where = Where::here());

  /// One factor per entry of the edge set. Throws ModelError when the factor type cannot join these variables. Where scopes
  /// are of different sizes, those of n variables become a declaration "<name>.<n>"; arguments with a number for every
  /// factor are divided among them. An empty set adds nothing.
  void factor(const std::string& name, const Edges& edges, const FactorSpec& spec,
              Where where = Where::here());
  /// A factor over latents and data.
  void factor(const std::string& name, const FactorSpec& spec, Where where = Where::here());
  /// Where inference of a latent starts, computed with the parameters of the first layer; without it, the algorithm's own
  /// constant. With `previous` in it frames are inferred one after the other, each warm from the last [Wisdom17]. Throws
  /// ModelError for another shape, for a start that may be negative where the latent may not, and for a second one.
  void start(const Latent& latent, Expr value, Where where = Where::here());
  /// A named result computed from the final latents (and the parameters of the read-out).
  void readout(const std::string& name, Expr expression, Where where = Where::here());

  /// Says that this is one of a family: other models of the same kind, each for samples of another structure, which share the
  /// parameters of like name. Networks of it then take samples of all of them, see Network::of and Dataset::parts.
  void family(std::function<Model(const Structure&)> member) { family_ = std::move(member); }
  const std::function<Model(const Structure&)>& family() const { return family_; }

  const std::vector<ParamDeclaration>& params() const& { return params_; }
  const std::vector<ObservedDeclaration>& observed() const& { return observed_; }
  const std::vector<LatentDeclaration>& latents() const& { return latents_; }
  const std::vector<VariableDeclaration>& discretes() const& { return discretes_; }
  const std::vector<VariableDeclaration>& continuous() const& { return continuous_; }
  const std::vector<FactorDeclaration>& factors() const& { return factors_; }
  const std::vector<ReadoutDeclaration>& readouts() const& { return readouts_; }
  // Those of a model that nobody else holds.
  std::vector<ParamDeclaration> params() && { return std::move(params_); }
  std::vector<ObservedDeclaration> observed() && { return std::move(observed_); }
  std::vector<LatentDeclaration> latents() && { return std::move(latents_); }
  std::vector<VariableDeclaration> discretes() && { return std::move(discretes_); }
  std::vector<VariableDeclaration> continuous() && { return std::move(continuous_); }
  std::vector<FactorDeclaration> factors() && { return std::move(factors_); }
  std::vector<ReadoutDeclaration> readouts() && { return std::move(readouts_); }
  /// Whether a factor was declared, if only over an empty set.
  bool has_factors() const { return has_factors_; }

 private:
  void claim(const std::string& name, const Where& where);
  void own(const Expr& e, const std::string& what, const Where& where) const;
  void own(const Edges& edges, const std::string& factor, const Where& where) const;
  void check(FactorDeclaration& factor) const;

  std::string name_;
  std::shared_ptr<const int> identity_;  ///< shared by copies, so that handles stay valid
  std::vector<std::string> names_;
  std::vector<ParamDeclaration> params_;
  std::vector<ObservedDeclaration> observed_;
  std::vector<LatentDeclaration> latents_;
  std::vector<VariableDeclaration> discretes_;
  std::vector<VariableDeclaration> continuous_;
  std::vector<FactorDeclaration> factors_;
  bool has_factors_ = false;
  std::vector<ReadoutDeclaration> readouts_;
  std::function<Model(const Structure&)> family_;
};

}  // namespace unfurl
