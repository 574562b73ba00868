// Networks in C.
#include "backend/c/program.hpp"
#include "export/results.hpp"
#include "network/runner.hpp"

namespace unfurl {

using detail::cat;

CSource to_c(const Network& network, const ExportOptions& options) {
  if (!c::is_identifier(options.name))
    throw DataError(
        cat("'", options.name, "' is no name in C"), "",
        "begin with a letter, go on with letters, digits and _, and take no word of the language");
  if (options.batch < 1)
    throw DataError(cat("a batch of ", options.batch), "", "at least one sample goes through the network");
  const Unrolled& u = network.unrolled();
  ir::Graph program = program_of(u, exported_results(u, options), options.layer);
  const bool doubles = network.precision() == Precision::f64;
  const c::Arrays parameters = exported_parameters(network);
  const c::Options settings{
      options.name, options.batch, doubles,
      cat(network.layers(), " layers", u.made_by.algorithm.empty() ? "" : " of ", u.made_by.algorithm, ".")};
  c::Files files = c::write(program, parameters, u.signature.inputs, u.signature.states, settings);
  return {std::move(files.header), std::move(files.code), files.constants, files.memory};
}

}  // namespace unfurl
