// The built-in factor types, and what they refuse with the same words; each is defined in the file of its name.
#pragma once

#include "model/states.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl::factors {

const FactorType& field();
const FactorType& ising();
const FactorType& potts();
const FactorType& table();
const FactorType& known();
const FactorType& dense();
const FactorType& parity();
const FactorType& cardinality();
const FactorType& at_most_one();
const FactorType& exactly_one();
const FactorType& gaussian();
const FactorType& gaussian_difference();
const FactorType& gaussian_coupling();
const FactorType& beta_divergence();
const FactorType& squared_error();
const FactorType& l1();

/// Throws ModelError unless argument `arg` has one of these plane counts, as many rows as factors (or one).
void check_argument(const Model::FactorDeclaration& factor, std::size_t arg, const std::vector<int>& planes);
/// Throws ModelError unless the factor joins `arity` groups of variables with `states` states (0: any).
void check_scope(const Model::FactorDeclaration& factor, int arity, int states);
/// The origin of values that are NaN where a real variable's precision, without the message to it, is not positive.
std::string needs_precision(const FactorGroup& group, std::size_t slot);
/// Throws ModelError when the factor was given variables to join.
void check_no_scope(const Model::FactorDeclaration& factor);
/// Throws ModelError unless the last two arguments, target and approximation, are of one shape, and non-negative where that
/// is asked, and the target has no latent in it.
void check_fit(const Model::FactorDeclaration& factor, bool positive);
/// Throws ModelError unless all arguments but the last fit its entries or are scalars, and have no latent in them. With
/// `groups` of entries they are scalars, or have a number for each of these.
void check_arguments(const Model::FactorDeclaration& factor, int groups = 0);
/// check_arguments, of a last argument that has a latent in it.
void check_penalised(const Model::FactorDeclaration& factor, int groups = 0);
/// What the factor objects to, of an argument that is a weight: that one of its values is negative.
std::string negative_weight(const Model::FactorDeclaration& factor,
                            const std::vector<std::vector<double>>& values, std::size_t arg);
/// The same of all arguments but the last.
std::string negative_weights(const Model::FactorDeclaration& factor,
                             const std::vector<std::vector<double>>& values);

}  // namespace unfurl::factors
