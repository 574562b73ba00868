/// Sound, in a module of its own as in a namespace of its own.
#pragma once

#include "bind.hpp"

namespace unfurl::python {

void bind_audio(py::module_& m);

}  // namespace unfurl::python
