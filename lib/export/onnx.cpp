// Networks in ONNX.
#include "backend/onnx/program.hpp"
#include "export/results.hpp"
#include "network/runner.hpp"

namespace unfurl {

std::string to_onnx(const Network& network, const ExportOptions& options) {
  const Unrolled& u = network.unrolled();
  const ir::Graph program = program_of(u, exported_results(u, options), options.layer);
  const bool doubles = network.precision() == Precision::f64;
  const c::Arrays parameters = exported_parameters(network);
  const std::string about = detail::cat(network.layers(), " layers",
                                        u.made_by.algorithm.empty() ? "" : " of ", u.made_by.algorithm);
  return onnx::write(program, parameters, u.signature.inputs, u.signature.states,
                     {options.name, doubles, about});
}

}  // namespace unfurl
