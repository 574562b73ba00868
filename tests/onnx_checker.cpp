#include "onnx_checker.hpp"

#ifdef UNFURL_ONNX_CHECKER
#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>

#include <exception>

namespace unfurl::test {

bool there_is_an_onnx_checker() { return true; }

std::string onnx_objection(const std::string& bytes) {
  try {
    ::onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) return "the bytes are no model";
    ::onnx::checker::check_model(model);
    ::onnx::shape_inference::InferShapes(model, ::onnx::OpSchemaRegistry::Instance(),
                                         ::onnx::ShapeInferenceOptions(true, 1, true));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace unfurl::test
#else
namespace unfurl::test {

bool there_is_an_onnx_checker() { return false; }
std::string onnx_objection(const std::string&) { return ""; }

}  // namespace unfurl::test
#endif
