/// The graph behind a model: who touches whom, and whether it has cycles.
///
/// Its vertices are what is inferred (every variable of every discrete or real group, and every latent) and the factors,
/// one per entry of an edge set. Observed inputs and parameters are given, so they are no vertices: they decide neither
/// cycles nor components; `given` lists them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "unfurl/model.hpp"

namespace unfurl {

/// How many edges the vertices of one side have; all zero without vertices.
struct Degrees {
  int min = 0;
  double mean = 0;
  int max = 0;
};

/// Variables are numbered group by group in the order of declaration, discrete ones first, then real ones, then one per latent; factors
/// likewise. A Dense factor counts as one factor per pair. Copies share the graph, which never changes.
class FactorGraph {
 public:
  explicit FactorGraph(const Model& model);

  int variables() const;
  int factors() const;
  int edges() const;

  /// "x" for latents and single variables, "x[2]" and "x[1, 2]" for entries of arrays; "smooth[7]" for factors.
  std::string variable_name(int variable) const;
  std::string factor_name(int factor) const;

  /// Variables of a factor, in the order of its slots. Throws ModelError for a number that does not exist, as do the next.
  std::vector<int> variables_of(int factor) const;
  /// Factors that a variable is in, ascending.
  std::vector<int> factors_of(int variable) const;
  /// Other variables in a common factor, ascending, each once.
  std::vector<int> neighbours(int variable) const;
  /// Names of the parameters and observed inputs in a factor's formulas, each once, in the order of appearance.
  std::vector<std::string> given(int factor) const;

  /// No edge joins two variables or two factors.
  bool is_bipartite() const;
  /// Parts without a connection to each other; a factor over given quantities alone counts as one.
  int components() const;
  /// No cycles, in any component: sum-product is then exact.
  bool is_tree() const;
  /// The largest number of factors on a path between two variables: as many flooding iterations of sum-product bring
  /// everything everywhere, which makes them exact. Nothing when there are cycles.
  std::optional<int> longest_path() const;

  Degrees variable_degrees() const;
  Degrees factor_degrees() const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace unfurl
