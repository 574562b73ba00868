/// Sparse codes and what is measured of them.
#pragma once

#include "models/models.hpp"

namespace unfurl::lista_model {

inline constexpr int measurements = 250, unknowns = 500;

/// Codes "x" of measurements "b", with a dictionary [measurements, unknowns].
Model declare(const std::vector<double>& dictionary, double weight);

/// Independent Gaussian entries, then columns of length one; [measurements, unknowns].
std::vector<double> gaussian_dictionary(std::uint64_t seed);

/// Codes "code" and what is measured of them, "b" = A code.
Dataset make_codes(const std::vector<double>& dictionary, int count, std::uint64_t seed);

/// Error of the codes relative to their power, both summed over the whole set (the mean of single ones is lower).
Metric measure(const Network& network, const Dataset& data);

}  // namespace unfurl::lista_model
