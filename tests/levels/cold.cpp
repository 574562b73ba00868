#include "hot.hpp"

namespace unfurl::hot {

std::string cold_level() { return compiled_for(); }

}  // namespace unfurl::hot
