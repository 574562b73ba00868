/// Drawings, as DOT text for Graphviz: the model, the network, and the operations of one layer.
///
/// Equal arguments give equal text. Observed data are shaded, parameters are small, and a parameter's colour says which
/// copy it is: what is tied has one node and one colour.
#pragma once

#include <filesystem>
#include <string>

#include "unfurl/network.hpp"

namespace unfurl {

/// The factor graph: variables round, factors square. Models with a group of more than twelve instances are drawn as
/// plates, with one node per group; smaller ones in full.
std::string factor_dot(const Model& model);

/// The layers from left to right, each with the state it computes and its copies of the parameters; a copy that several
/// layers share is drawn once, with a wire to each of them. Of more than eight layers the middle ones are left out.
std::string network_dot(const Network& network);

/// The operations of the middle layer, from the state of the layer before, with the parameters and data it reads. What
/// depends on parameters alone is part of it.
std::string step_dot(const Network& network);

/// The drawing as an <svg> element, which is also a file and part of a page. Throws DataError for text that is not DOT.
std::string to_svg(const std::string& dot);

/// Writes .dot, .svg or .png, by the extension of `out`. Throws DataError for other extensions, text that is not DOT, and
/// files that cannot be written.
void render(const std::string& dot, const std::filesystem::path& out);

}  // namespace unfurl
