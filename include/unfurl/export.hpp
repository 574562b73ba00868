/// Networks as files for others: C99 that needs no library, ONNX, and JSON.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// Which results are exported; every sample's are computed from its own data alone.
struct ExportOptions {
  std::string name = "network";        ///< in C of the struct, NAME, and the function, NAME_run
  std::vector<std::string> results{};  ///< as in Network::run; empty: all read-outs
  std::optional<int> layer{};          ///< after this layer, 1 .. layers; absent: the last one
  int batch = 1;                       ///< samples that one call in C takes
};

/// A network in C: NAME.h with the function's shapes and the memory that it works in, and NAME.c.
struct CSource {
  std::string header, code;
  std::size_t constants = 0;  ///< bytes of parameters and tables
  std::size_t memory = 0;     ///< bytes of the struct, whatever the number of layers
};

/// C99 in the network's precision, with its parameters as constants: no allocation, no state but what the caller provides, so that
/// calls with memories of their own may run at the same time. What samples hand on (Signature::states) is data and a result.
/// Throws DataError for names that are none in C, for results and layers that the network does not have, for a batch below 1, and
/// for parameters that the precision cannot hold; InternalError for an operation of others that has no expansion.
CSource to_c(const Network& network, const ExportOptions& options = {});

/// The bytes of a model in ONNX (operator set 17, of the network's precision), with its parameters as constants. Inputs and results
/// have the samples first, [batch, planes, rows] or [batch, rows] where there is one plane, for any number of samples; what samples
/// hand on (Signature::states) is an input and a result, and the metadata name both. Throws DataError as to_c() does, and
/// InternalError for an operation that is not written in ONNX (total variation, runs, singular values, learned beta), and has no
/// expansion.
std::string to_onnx(const Network& network, const ExportOptions& options = {});

/// A JSON text: shapes and domains of data and results, the optimized program, operation by operation, and the parameters that it
/// reads. Throws as to_c(), for results and layers.
std::string to_json(const Network& network, const ExportOptions& options = {});

}  // namespace unfurl
