// Small models of every family, each with the same thing written out for the naive loops, and float64 runs of networks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "grad/evaluate.hpp"
#include "reference/naive_graph.hpp"
#include "reference/naive_matrix.hpp"
#include "unfurl/algorithms.hpp"
#include "unfurl/at.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/model.hpp"
#include "unfurl/schedule.hpp"

namespace unfurl::test {

/// Uniform numbers that a float holds exactly, so that data sets and naive loops see the same.
std::vector<double> exact_floats(Random& random, int count, double low, double high);
std::vector<float> as_floats(const std::vector<double>& values);
/// Sample `sample` of an array of a data set.
std::vector<double> sample_of(const Dataset& data, const std::string& name, int sample);

/// A model of discrete variables and its factor graph for one sample, at the initial parameters.
struct DiscreteCase {
  std::string name;
  Model model;
  Dataset data;
  std::function<naive::FactorGraph(int sample)> graph;
};
std::vector<DiscreteCase> discrete_cases();
/// Factors that count the ones among their variables; part of the former.
std::vector<DiscreteCase> counted_cases();
/// Factors that forbid states, which mean field cannot serve.
std::vector<DiscreteCase> constrained_cases();
/// A table of log-potentials that depend on the number of ones.
naive::Row count_table(int variables, const std::function<double(int ones)>& of_count);

/// A model with latents, an algorithm, and what its latents (one after the other) are after 1, 2, ... iterations.
struct LatentCase {
  std::string name;
  Model model;
  AlgorithmPointer algorithm;
  Dataset data;
  std::function<naive::Iterates(int sample, int iterations)> reference;
};
std::vector<LatentCase> latent_cases();
/// Sparse codes by algorithms of their own; part of the former.
std::vector<LatentCase> sparse_cases();
/// Real variables: means and variances of every group, one after the other.
std::vector<LatentCase> gaussian_cases();

/// One row of all families: a model with an algorithm that serves it.
struct Case {
  std::string name;
  Model model;
  AlgorithmPointer algorithm;
  Dataset data;
};
/// Every discrete case with mean field and sum-product (plain, damped, weighted), and every latent and real case.
std::vector<Case> all_cases();

/// Parameters and data of a network, by the names of the program's leaves.
Numbers leaves_of(const Network& network, const Dataset& data);
/// The program without what is computed on request alone, which may be infinite where states are impossible.
ir::Graph program_of(const Network& network);
/// All results of all layers in float64, "<read-out>@<layer>", entries [plane][row][sample].
Numbers run_double(const Network& network, const Dataset& data, int threads = 1);
/// Probabilities of all states of all variables, in the model's order, from results of `layer`.
naive::Rows marginals(const Network& network, const Numbers& results, int layer, int sample, int samples);
/// All latents, and means and variances of real variables, of one sample, one after the other.
std::vector<double> latents(const Network& network, const Numbers& results, int layer, int sample,
                            int samples);

/// Gradients of a smooth function of all results of all layers, by parameter.
Numbers gradients(const Network& network, const Dataset& data);

/// Whether every layer of the algorithm unrolled, tied, equals the naive iterations, and with `alone` the loop outside of a network
/// does, too.
void check_iterations(const DiscreteCase& c, const AlgorithmPointer& algorithm,
                      const std::function<naive::History(const naive::FactorGraph&)>& reference, int layers,
                      bool alone = false);

/// Largest difference of two lists of rows.
double difference(const naive::Rows& a, const naive::Rows& b);

}  // namespace unfurl::test
