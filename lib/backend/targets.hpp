// The one list of targets: a new one is a file that defines `Target targets::name()`, and a line here.
#pragma once

#include "unfurl/extend/target.hpp"

// clang-format off
#define UNFURL_TARGETS(each) \
  each(cpu) \
  each(reference) \
  each(c) \
  each(onnx)
// clang-format on

namespace unfurl::targets {

#define UNFURL_DECLARE(name) ir::Target name();
UNFURL_TARGETS(UNFURL_DECLARE)
#undef UNFURL_DECLARE

}  // namespace unfurl::targets
