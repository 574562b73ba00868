// A program as a file of C99: static arrays of constants, memory that the caller provides, and a function that runs it.
#pragma once

#include <map>

#include "unfurl/extend/program.hpp"
#include "unfurl/extend/signature.hpp"

namespace unfurl::c {

/// Of the names in C, the samples that go together, and what is said at the top of the files.
struct Options {
  std::string name = "network";  ///< of the struct and, with _run and so on, of the functions
  int batch = 1;
  bool doubles = false;
  std::string about{};  ///< what it is, in lines without ends of comments
};

struct Files {
  std::string header, code;
  std::vector<std::string> inputs{};  ///< that the program reads, in the order of the function's arguments
  std::size_t constants = 0;          ///< bytes of weights and tables
  std::size_t memory = 0;             ///< bytes of the struct
};

using Arrays = std::map<std::string, std::vector<double>>;

/// The program, whose outputs are per sample, with the parameters' values as constants. `inputs` gives order and domains of its
/// inputs; a state is both an input and an output. What is the same for all samples is computed here. Throws InternalError for
/// an operation that has neither C text nor an expansion to operations that have, and for sums over samples.
Files write(const ir::Graph& program, const Arrays& parameters, const std::vector<Input>& inputs,
            const std::vector<CarriedState>& states, const Options& options);

/// Whether a name may be that of a struct and of functions.
bool is_identifier(const std::string& name);

/// The program without values that are the same for all samples, but for constants.
ir::Graph fold(const ir::Graph& program, const Arrays& parameters);

/// The place of a value in tables of all.
inline std::size_t at(ir::Value v) { return static_cast<std::size_t>(v.id); }

}  // namespace unfurl::c
