/// The models that ship with unfurl, each in a file of its own and written with the public headers alone:
/// examples to read and to start from.
#pragma once

#include <memory>
#include <vector>

#include "models/images.hpp"
#include "unfurl/app.hpp"

namespace unfurl {

/// Binary images on a grid, belief propagation.
std::shared_ptr<const Task> denoiser(const ImageSizes& sizes = {});
/// Eight labels on a grid, belief propagation with Potts couplings.
std::shared_ptr<const Task> segments(const ImageSizes& sizes = {.side = 32, .images_per_epoch = 320});
std::shared_ptr<const Task> lista();      ///< sparse codes, iterative soft thresholding
std::shared_ptr<const Task> deep_nmf();   ///< speech enhancement, multiplicative updates
std::shared_ptr<const Task> boltzmann();  ///< pattern completion, mean field as a sigmoid network
std::shared_ptr<const Task> letters();    ///< handwritten words, exact belief propagation on a chain

/// All of them, in the order of `unfurl list`.
std::vector<std::shared_ptr<const Task>> all_models();

}  // namespace unfurl
