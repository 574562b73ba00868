#include "backend/targets.hpp"

namespace unfurl::ir {

const std::vector<Target>& all_targets() {
#define UNFURL_CALL(name) targets::name(),
  static const std::vector<Target> all{UNFURL_TARGETS(UNFURL_CALL)};
#undef UNFURL_CALL
  return all;
}

}  // namespace unfurl::ir
