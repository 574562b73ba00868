// Refusing data and parameters that a network cannot take, before anything runs.
#pragma once

#include <span>

#include "unfurl/network.hpp"

namespace unfurl {

/// Throws DataError for missing or misshapen inputs, and for entries outside of the domain that was declared: not finite,
/// negative, or no state. Names array, sample and entry; `first` is the number of the first sample.
void check_data(const Dataset& data, const std::vector<Input>& inputs, int first = 0);
/// The same for what a model observes.
void check_data(const Dataset& data, const std::vector<Model::ObservedDeclaration>& observed, int first = 0);

/// The same of data that a file holds: errors name the file and the array in it, not the line of the model.
void check_data_of_file(const Dataset& data, const std::vector<Input>& inputs, const std::string& file);

/// Throws DataError where a parameter has another number of values than its type says.
void check_size(const Parameter& parameter);
/// Throws ScheduleError where a parameter that the program reads is not there, of another shape, or twice; checks sizes.
void check_parameters(const ir::Graph& program, std::span<const Parameter> parameters);
/// Throws DataError for values that a parameter cannot take: of another size, not finite, or not in its space.
void check_values(const Parameter& parameter);

/// Throws DataError where single precision cannot hold a parameter: a number overflows, or all that are not 0 become so.
void check_single_precision(const Parameter& parameter);

}  // namespace unfurl
