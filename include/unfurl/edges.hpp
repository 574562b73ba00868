/// Groups of variables, and which of them each factor joins.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl {

/// A group of variables of one kind, discrete or real, arranged as an array for the edge sets below.
struct VariableGroup {
  int group = -1;  ///< among the model's discrete or real ones
  std::vector<int> dims;
  int states = 0;  ///< 0: real numbers
  std::string name;
  const void* model = nullptr;
  int size() const;
  bool is_real() const { return states == 0; }
};
using Discrete = VariableGroup;
using Continuous = VariableGroup;

/// Which variables each factor of a group joins: factor i joins variable slots[k][i] of groups[k], for every k. A set may be
/// empty, as the chain of one variable is: a factor over it adds nothing to a model.
struct Edges {
  std::vector<VariableGroup> groups;
  std::vector<std::vector<int>> slots;
  bool complete = false;  ///< every pair of one group, for factors given by a matrix
  /// Where factors join different numbers of variables: those of every factor, all of groups[0]; then there are no slots.
  std::vector<std::vector<int>> scopes{};

  int count() const { return static_cast<int>(slots.empty() ? scopes.size() : slots[0].size()); }
  int arity() const { return static_cast<int>(slots.size()); }
  /// Joint states of a factor: the entries of its table. Throws ModelError where there are more than 2^30, for real
  /// variables, and for scopes of different sizes.
  int table_size(const Where& where = Where::here()) const;
};

Edges each(const VariableGroup& x);  ///< one factor per variable
/// Neighbours in a two-dimensional array: right ones, then lower.
Edges grid4(const VariableGroup& x, Where where = Where::here());
Edges chain(const VariableGroup& x);      ///< variable i with i + 1
Edges all_pairs(const VariableGroup& x);  ///< i < j
Edges pairs(const VariableGroup& x, const std::vector<std::pair<int, int>>& list,
            Where where = Where::here());
Edges pairs(const VariableGroup& x, const VariableGroup& y, const std::vector<std::pair<int, int>>& list,
            Where where = Where::here());
/// scopes[i][k] is the variable of groups[k] in factor i.
Edges tuples(const std::vector<VariableGroup>& groups, const std::vector<std::vector<int>>& scopes,
             Where where = Where::here());
/// scopes[i] are the variables of factor i, all of one group; factors may join different numbers of them. Throws ModelError
/// for an empty scope, and variables that are not there or twice in one.
Edges tuples(const VariableGroup& x, const std::vector<std::vector<int>>& scopes,
             Where where = Where::here());

}  // namespace unfurl
