/// The models of sparse codes, and the networks that `train` trains on them.
#pragma once

#include "models/sparse_codes.hpp"

namespace unfurl::lista_model {

constexpr int codes_per_epoch = 2048, test_codes = 2048, validation_codes = 512;
constexpr double noiseless = 200;  ///< decibels, as the option "snr" says it
/// Shares of the entries that pass as they are [Chen18].
constexpr SupportSelection published{0.012, 0.13};

/// Draws of the settings' density and noise.
SparseCodes codes_of(const Settings& settings, std::vector<double> dictionary);

/// 1/2 |b - A x|^2 + weight |x|_1.
Model lasso(const std::vector<double>& dictionary, double weight);
/// 1/2 |b - A x|^2 and the distribution that the codes are drawn from.
Model prior(const SparseCodes& codes);
/// What an algorithm, by its short name, works on: thresholds of the analytic ones are their own, those of ISTA the weight of
/// the penalty.
Model model_for(const std::string& algorithm, const SparseCodes& codes);

/// Gives LISTA-CP with or without selection, as it begins from W = A, thresholds that fall from layer to layer, and matrices in
/// units in which the rate that suits steps and thresholds suits them, too: W ten times as large, and steps a tenth.
void prepare_weights(Network& network);

/// The dictionary is known and stays; each layer learns its step and its weight of the penalty, and what is the algorithm's.
Network unfolded(const Model& model, const Settings& settings);

// How they train.

/// Steps and weights of ISTA, as logarithms. Where a step is too long single codes diverge: hence the clipping.
Optimizer for_steps();
/// Steps and thresholds of ALISTA, where errors fall over many powers of ten while training.
Optimizer for_numbers(double rate = 2e-2);
/// The same where entries are selected and steps of the end are averaged.
Optimizer for_selection();
/// The three numbers of HyperLISTA.
Optimizer for_three_numbers();
/// S and B.
Optimizer for_matrices();
/// Weights that prepare_weights() has prepared, and their steps and thresholds.
Optimizer for_weights();
/// A weight for each layer, from one that all have learned.
Optimizer for_weights_of_layers();
Optimizer optimizer_for(const std::string& algorithm);
/// Large where the rare codes decide that are hard.
int batch_for(const std::string& algorithm);

}  // namespace unfurl::lista_model
