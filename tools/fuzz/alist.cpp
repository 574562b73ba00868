// Parity-check matrices as lists, and as digits: what begins with "dense" and a line end.
#include "harness.hpp"
#include "unfurl/code_files.hpp"

void unfurl::fuzz::read(std::string_view input) {
  constexpr std::string_view digits = "dense\n";
  const bool dense = input.starts_with(digits);
  if (dense) input.remove_prefix(digits.size());
  BinaryMatrix matrix;
  if (!accepted(input.size(),
                [&] { matrix = dense ? parse_dense(input, "input") : parse_alist(input, "input"); }))
    return;
  check_matrix(matrix);
  law(parse_dense(to_dense(matrix), "written") == matrix, "digits that are written read back equal");
  for (const bool padded : {true, false})
    law(parse_alist(to_alist(matrix, padded), "written") == matrix, "lists that are written read back equal");
}
