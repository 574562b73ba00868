/// A target of our own: what has only the operations that cannot be written in others, and writes programs instead of running
/// them.
#pragma once

#include <unfurl/extend/target.hpp>

unfurl::ir::Target primitive();

/// The program in these operations, as text.
std::string primitive_text(const unfurl::ir::Graph& program);
