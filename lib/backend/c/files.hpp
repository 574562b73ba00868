// The texts of the header and of the code around what is computed.
#pragma once

#include "backend/c/program.hpp"

namespace unfurl::c {

/// What is computed, as C: calls work on `m`, the memory of `state`.
struct Body {
  std::string functions{}, calls{}, constants{};
  std::size_t bytes = 0;                                      ///< of constants
  std::size_t memory = 0, doubles = 0;                        ///< numbers in the struct
  std::vector<std::pair<std::string, std::string>> inputs{};  ///< names, and where they are in memory
  struct Result {
    std::string name;
    ir::Type type;
    std::string address;
    int entry_step, sample_step;
  };
  std::vector<Result> results{};
};

Files lay_out(const Body& body, const std::vector<Input>& inputs, const std::vector<CarriedState>& states,
              const Options& options);

/// Includes and macros of either precision, and the functions for data and results; `@N` is the network's name.
extern const char of_floats[], of_doubles[], border[];

/// Whether a word stands in a C text.
bool mentions(const std::string& text, const std::string& word);
std::string indented(const std::string& text);

}  // namespace unfurl::c
