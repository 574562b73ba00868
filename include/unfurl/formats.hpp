/// Discrete models given by tables, and the files in which others keep them: `.uai` models with `.evid` evidence and
/// `.MAR`, `.PR`, `.MPE` results (UAI inference competitions), and `.fg` models (libDAI).
///
/// The parsers are strict: whatever is missing, left over, out of range, negative or not finite is a DataError that
/// names file and line. `name` is what such errors call the text. They believe no count before the words are there, so
/// that they are linear in the text, in time and in memory (at most twenty times its bytes and 64 MB). Their limits: 2^24
/// states a variable; in a .uai file, variables in no factor have at most 2^16 states together, beside two each; in an .fg
/// file, the entries that are not listed are at most 2^20, and eight more for each that is. A byte-order mark of UTF-8 is
/// passed over.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unfurl/model.hpp"

namespace unfurl {

/// p(x) = 1/Z prod_a f_a(x_a), every factor a table of finite, non-negative numbers, down to the denormal ones.
struct TableModel {
  enum class Kind { markov, bayes } kind = Kind::markov;
  struct Factor {
    std::vector<int> scope;      ///< variables, each at most once; none: a constant
    std::vector<double> values;  ///< one per joint state, row-major: the last variable of the scope fastest
  };
  std::vector<int> states;  ///< per variable
  std::vector<Factor> factors;
};

/// Sum of the logarithms of all factors at a joint state; -inf where one is zero.
double log_value(const TableModel& model, const std::vector<int>& states);

/// Observed variables with their states.
using Evidence = std::map<int, int>;

/// MARKOV and BAYES networks. Conditional tables are factors like others: that they sum to one is not checked.
TableModel parse_uai(std::string_view text, const std::string& name);
std::string to_uai(const TableModel& model);

/// libDAI's factor graphs: there the first variable of a table is fastest, and entries that are not listed are zero.
/// Variables are numbered in ascending order of their labels.
TableModel parse_fg(std::string_view text, const std::string& name);
std::string to_fg(const TableModel& model);

/// One sample of evidence in either layout, `n v x v x ...` or the same after the number of samples; `0`, or no word at
/// all, is none.
Evidence parse_evidence(std::string_view text, const TableModel& model, const std::string& name);
std::string to_evid(const Evidence& evidence);

/// Contents of a file; what gzip compressed is unpacked, whatever its name. Throws DataError: where it cannot be read, for
/// pipes and devices that go on after 2^28 bytes (268 MB), and for what unpacks to more than that or, in several members,
/// to more than 64 MB and the size that the last one declares.
std::string read_text(const std::filesystem::path& path);
/// A `.fg` file, in small letters or capitals, or a `.uai` file of whatever other extension; `.gz` may follow.
TableModel read_model(const std::filesystem::path& path);
Evidence read_evidence(const std::filesystem::path& path, const TableModel& model);

/// Results: probabilities of every state per variable, written with 15 significant digits; log Z in nats, which files
/// hold as log10 Z, of magnitudes up to 7.8e307; a state per variable.
std::vector<std::vector<double>> parse_mar(std::string_view text, const std::string& name);
std::string to_mar(const std::vector<std::vector<double>>& marginals);
double parse_pr(std::string_view text, const std::string& name);
std::string to_pr(double log_partition);
std::vector<int> parse_mpe(std::string_view text, const std::string& name);
std::string to_mpe(const std::vector<int>& states);

/// A table model given evidence, as a model for algorithms: what is known, by evidence or for want of a second state,
/// is gone from its tables.
struct ConditionedModel {
  Model model;  ///< groups of variables with equally many states, in row-major numbering as of ExactResult
  double log_constant = 0;  ///< what factors without variables left contribute to log Z
  std::vector<int> states;  ///< per variable of the table model
  /// Number of each variable in `model`; absent when its state is known.
  std::vector<std::optional<int>> place;
  std::vector<std::optional<int>> known;  ///< state of each variable, where it is known

  /// Results for the variables of `model` as results for all: known ones have probabilities 0 and 1.
  std::vector<std::vector<double>> all_marginals(const std::vector<std::vector<double>>& marginals) const;
  std::vector<int> all_states(const std::vector<int>& states) const;
  /// The variables of `model` in the order they have in the table model, for algorithms that update one after the other.
  std::vector<int> sequence() const;
};

/// Factors are grouped by the groups of their variables, each group one Table. Throws DataError for evidence outside of
/// the model, evidence of probability zero that one factor shows, and tables that break the rules of TableModel.
ConditionedModel condition(const TableModel& model, const Evidence& evidence = {});

}  // namespace unfurl
