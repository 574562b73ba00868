#include "unfurl/extend/signature.hpp"

namespace unfurl {

using detail::cat;

const Input& Signature::input(const std::string& name) const {
  for (const Input& input : inputs)
    if (input.name == name) return input;
  throw InternalError(cat("the network has no input '", name, "'"), "", "name one of Signature::inputs");
}

std::vector<std::string> Signature::results() const {
  std::vector<std::string> all = readouts;
  all.insert(all.end(), on_request.begin(), on_request.end());
  return all;
}

std::string Signature::output(const std::string& result, int layer) { return cat(result, "@", layer); }

}  // namespace unfurl
