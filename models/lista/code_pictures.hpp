/// Codes and their spectra, as they are and as networks find them.
#pragma once

#include "unfurl/experiment.hpp"

namespace unfurl::lista_model {

/// Of the code in `data` whose error is the middling one of the first network: magnitudes of its entries in a line for the code
/// and for every network; and as curves, largest first, which show whether few entries are large or all are a little wrong.
std::vector<Illustration> codes_and_spectra(const std::vector<Exhibit>& networks, const Dataset& data);

}  // namespace unfurl::lista_model
