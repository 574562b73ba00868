/// A penalty of pictures that is known by its proximal map alone, and that map is learned.
#pragma once

#include <vector>

#include "unfurl/model.hpp"

namespace unfurl::restore_model {

/// z -> z + a small convolutional network of z, for a latent of {height, width} [Venkatakrishnan13], [Zhang17]: layers of
/// filters, matrix(channels out, channels in * side * side), and biases, matrix(channels out, 1), with ReLU between. It serves
/// every algorithm that takes a factor with a proximal map, whatever its step.
struct ProximalNetwork {
  std::vector<Expr> filters, biases;
  Expr x;
  operator FactorSpec() const;
};

/// One of `channels` channels inside, three layers of 3 x 3 pixels, declared in a model with its parameters; it begins as
/// z -> z.
ProximalNetwork declare_proximal_network(Model& model, const Latent& x, int channels, std::uint64_t seed);

}  // namespace unfurl::restore_model
