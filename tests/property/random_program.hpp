// Random programs, and the plainest way to run one, for tests of passes and of backends.
#pragma once

#include <random>

#include "grad/evaluate.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::test {

/// A program of about `length` operations on inputs, parameters and constants whose values stay moderate. Its
/// outputs: "loss", the gradients of it, and a few values per sample and sums over samples.
ir::Graph random_program(unsigned seed, int length);

/// Numbers for the inputs and parameters of a program on `batch` samples.
Numbers random_numbers(const ir::Graph& program, int batch, unsigned seed);

/// Samples first .. first + count of numbers for `batch` samples.
Numbers samples(const ir::Graph& program, const Numbers& numbers, int batch, int first, int count);

/// What the reference backend computes.
Numbers interpret(const ir::Graph& program, const Numbers& numbers, int batch);

}  // namespace unfurl::test
