// Networks as text: what a checkpoint needs, beside the parameters, to be run without the model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// Signature and program, line by line, and where samples of several frames hand on states the same for samples of one frame:
///   network
///   algorithm "sum-product"
///   layers 3
///   input "y" [1, 20, lanes]  "denoiser.cpp:14"
///   readout "x"
///   program
///   %0:[1, 20, lanes] = input name="y" shape=[1, 20, lanes]
///   ...
std::string network_text(const Network& network);

/// The network of such a text with these parameters. `operations` are those that the library does not have. Throws DataError,
/// naming `where`, for a text that is none, and where program, signature and parameters do not belong together.
Network network_from_text(std::string_view text, const ParameterStore& parameters,
                          const std::vector<const ir::Operation*>& operations, const std::string& where);

}  // namespace unfurl
