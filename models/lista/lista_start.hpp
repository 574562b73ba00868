/// LISTA that starts where a trained network of steps ended.
#pragma once

#include "unfurl/network.hpp"

namespace unfurl::lista_model {

/// LISTA, untied, that computes what a network of steps "ista.step" and weights "lambda" of every layer does:
/// x <- soft(S x + B b, theta) with S = I - t A'A, B = t A' and theta = t lambda for its steps t. From S and B of plain
/// ISTA, training takes far longer to get there.
Network lista_from(const Network& untied, const Model& model);

}  // namespace unfurl::lista_model
