/// A loss of our own: the squared error of a result, relative to the power of its target.
#pragma once

#include <unfurl/train.hpp>

unfurl::Loss relative_error(const std::string& result, const std::string& target);
