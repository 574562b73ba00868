/// An operator of our own: how much a sequence bends, x[i] - 2 x[i + 1] + x[i + 2]. Its adjoint and its norm follow.
#pragma once

#include <unfurl/operators.hpp>

unfurl::Operator bends();
