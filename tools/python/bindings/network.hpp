/// Networks without what made them, and conventional ones.
#pragma once

#include "arrays.hpp"

namespace unfurl::python {

/// A checkpoint and the settings of a network, for pickle. What made it (model, schedule) stays behind.
py::tuple state_of(const ArrayNetwork& network);
/// Its inverse. Throws DataError for what is no such state.
ArrayNetwork network_of(const py::tuple& state);

/// Values of a parameter, [planes, rows].
inline py::array values(const Parameter& p) { return own(p.values, {p.type.planes, p.type.rows}); }

void bind_feed_forward(py::module_& m);
void bind_files(py::module_& m, py::class_<ArrayNetwork>& c);
void bind_checkpoints(py::module_& m);

}  // namespace unfurl::python
