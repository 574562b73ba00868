/// An algorithm of our own, and its name for --algorithm: proximal gradient descent with the momentum of a heavy ball
/// [Polyak64], x <- prox( x - step * gradient + momentum * (x - x before) ), for one latent.
#pragma once

#include <unfurl/algorithms.hpp>

struct HeavyBall {
  double step = 0.1, momentum = 0.5;
  operator unfurl::AlgorithmPointer() const;
};
