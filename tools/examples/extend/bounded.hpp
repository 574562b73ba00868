/// A space of our own: entries of magnitude one at most.
#pragma once

#include <unfurl/space.hpp>

unfurl::Space bounded();
