// What ONNX's own library says of a model, where there is one.
#pragma once

#include <string>

namespace unfurl::test {

/// Why it is no valid model, or its shapes do not fit each other; empty where all is well, or there is no library.
std::string onnx_objection(const std::string& model);
bool there_is_an_onnx_checker();

}  // namespace unfurl::test
