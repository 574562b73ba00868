/// The models that ship with unfurl, each in a file of its own and written with the public headers alone:
/// examples to read and to start from.
#pragma once

#include <memory>
#include <vector>

#include "models/images.hpp"
#include "models/shared.hpp"
#include "unfurl/experiment.hpp"

namespace unfurl {

/// Grids of side x side variables, and how many of them.
struct SpinGlassSizes {
  int side = 10, training = 4000, validation = 200, test = 500;
};

/// Pictures to restore, and how many of them.
struct PictureSizes {
  int side = 28;  ///< of those made at run time
  int training = 2048, validation = 64, test = 256;
};

/// Tasks of domain generalisation, and how many of them.
struct CommonPcaSizes {
  int training = 256, test = 20;
  int sweeps = 15;  ///< of the algorithm of Flury and Gautschi, until it has converged
};

/// Radar pixels: scenes to learn from in an epoch, and to test with in a cell of separation and SNR.
struct TomosarSizes {
  int training = 2048, validation = 256;
  int pairs = 250, singles = 250;
  int between = 50;  ///< pairs that are not on the grid
  int many = 500;    ///< iterations of the long FISTA
};

/// Pictures for autoencoders.
struct AutoencoderSizes {
  int training = 6000, validation = 128, test = 500;
};

/// Binary images on a grid, belief propagation.
std::shared_ptr<const Task> denoiser(const ImageSizes& sizes = {});
/// Eight labels on a grid, belief propagation with Potts couplings.
std::shared_ptr<const Task> segments(const ImageSizes& sizes = {.side = 32, .images_per_epoch = 320});
std::shared_ptr<const Task> decoder();    ///< binary codes, belief propagation with learned weights
std::shared_ptr<const Task> lista();      ///< sparse codes, iterative soft thresholding
std::shared_ptr<const Task> psista();     ///< the same on sketches of the measurements
std::shared_ptr<const Task> deep_nmf();   ///< speech enhancement, multiplicative updates
std::shared_ptr<const Task> boltzmann();  ///< pattern completion, mean field as a sigmoid network
std::shared_ptr<const Task> letters();    ///< handwritten words, exact belief propagation on a chain
/// Marginals of random grids, belief propagation that learns to infer.
std::shared_ptr<const Task> spin_glass(const SpinGlassSizes& sizes = {});
/// Blurred pictures and pictures of few frequencies, ADMM and proximal gradient with total variation and with a learned
/// proximal map.
std::shared_ptr<const Task> restore(const PictureSizes& sizes = {});
/// Classes in a domain that was not seen, descent on orthonormal matrices.
std::shared_ptr<const Task> common_pca(const CommonPcaSizes& sizes = {});
/// Scatterers told apart by height in complex radar pixels, HyperLISTA.
std::shared_ptr<const Task> tomosar(const TomosarSizes& sizes = {});
/// Sparse codes of pictures at any resolution, unfolded proximal gradient with the dictionary that decodes.
std::shared_ptr<const Task> sparse_autoencoder(const AutoencoderSizes& sizes = {});

/// A channel superimposed on data symbols, soft interference cancellation with a learned prior.
std::shared_ptr<const Task> superimposed_csi();
std::shared_ptr<const Task> mimo();  ///< symbols sent from many antennas, expectation propagation

/// All of them, in the order of `unfurl list`.
std::vector<std::shared_ptr<const Task>> all_models();

}  // namespace unfurl
