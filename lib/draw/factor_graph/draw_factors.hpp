// What both drawings of a factor graph use.
#pragma once

#include <map>
#include <string>

#include "draw/formula.hpp"

namespace unfurl {

/// "257 x 100", "257"; nothing for a single number.
std::string size_of(const ir::Type& type);
/// "Field(g * y)".
std::string type_and_arguments(const Model::FactorDeclaration& factor);
/// All groups of variables, discrete ones first.
std::vector<Model::VariableDeclaration> variables(const Model& model);
/// What a factor speaks of, by name: parameters, data and latents.
std::map<std::string, Mention> mentioned(const Model::FactorDeclaration& factor);

/// One node for every group of variables and factors, in a plate that says how many there are.
std::string draw_plates(const Model& model);
/// A node for every variable and every factor.
std::string draw_instances(const Model& model);

}  // namespace unfurl
