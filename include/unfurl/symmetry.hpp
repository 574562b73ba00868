/// Symmetries of a model, and parameters that are shared along them: where a permutation of variables maps factors onto factors,
/// as a cyclic shift does on a cyclic code, what is learned about one edge holds for all edges that it can be moved to
/// [Chen21b].
#pragma once

#include <map>
#include <string>
#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// Where every variable of a group of discrete variables goes, by the group's name. Groups that are not named stay.
using Symmetry = std::map<std::string, std::vector<int>>;

/// The shift of n variables by one within blocks of `length`, which must divide n: variable i goes to i + 1, the last of a block
/// to its first. Throws ModelError for what does not divide.
std::vector<int> cyclic_shift(int n, int length);

/// What the symmetries, one after the other and any number of times, move onto each other is of one class. Classes count from 0,
/// in the order of their first members.
struct Orbits {
  std::map<std::string, std::vector<int>> variables;  ///< by group: the class of every variable
  /// By group: the class of every message to its variables, in the order of "<algorithm>.weight.<group>".
  std::map<std::string, std::vector<int>> edges;
  /// By group: of every pair of a message that a variable sends and another that it hears, as MessageWeights::per_pair has them.
  std::map<std::string, std::vector<int>> pairs;
};
/// Throws ModelError where a symmetry is no permutation, or moves a factor of two and more variables to variables that no factor
/// of the same declaration joins. Their order within a factor may change.
Orbits orbits(const Model& model, const std::vector<Symmetry>& generators);

/// The algorithm with parameters, by name, whose entries of one class are one number: class c is entry c of what is trained,
/// which is that much smaller. Untied, scaled or frozen it is as any other. What is initially unequal within a class is refused
/// where it is unrolled: ScheduleError, as for names that the algorithm does not have, and classes of another number of entries.
AlgorithmPointer tie_entries(const AlgorithmPointer& algorithm,
                             std::map<std::string, std::vector<int>> classes);

/// The algorithm with its weights of messages (MessageWeights::per_edge and per_pair) shared along the orbits of the symmetries.
AlgorithmPointer tie_along(const AlgorithmPointer& algorithm, const Model& model,
                           const std::vector<Symmetry>& generators);

}  // namespace unfurl
