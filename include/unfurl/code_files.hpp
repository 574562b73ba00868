/// Files of codes: `.alist` (MacKay), matrices of 0 and 1 as text, `.npy` and `.npz` of numpy, `.qc` base matrices, and `.dem`
/// detector error models of Stim.
///
/// The parsers are strict: whatever is missing, left over, out of range or contradicts itself is a DataError that names file and
/// line. `name` is what such errors call the text. They believe no count before the words are there: memory is at most
/// twenty times the text and 64 MB. Their limits: 2^20 rows of a matrix in digits, of an array or of a lifted base matrix (and as
/// many columns and, beside one a byte, ones of that); in a .dem file, 2^20 repeated instructions and targets, detectors and
/// observables, beside one for every 16 bytes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "unfurl/codes.hpp"

namespace unfurl {

/// Columns and rows, the largest degrees, all degrees, then the rows of every column and the columns of every row, counted from
/// 1, a line each; shorter lists may be filled up with zeros. A '#' hides the rest of its line.
BinaryMatrix parse_alist(std::string_view text, const std::string& name);
std::string to_alist(const BinaryMatrix& matrix, bool padded = true);

/// A row a line, digits 0 and 1 with or without spaces between them.
BinaryMatrix parse_dense(std::string_view text, const std::string& name);
std::string to_dense(const BinaryMatrix& matrix);

/// A base matrix: columns, rows and the size that every entry is lifted to, then the shifts row by row, -1 for zero.
Code parse_quasi_cyclic(std::string_view text, const std::string& name);

/// Independent errors with what each does: the detectors that it flips (a syndrome) and the logical observables. Detectors that
/// no error flips are counted, too.
struct DetectorErrorModel {
  struct Mechanism {
    double probability = 0;
    std::vector<int> detectors, observables;  ///< rising
  };
  int detectors = 0, observables = 0;
  std::vector<Mechanism> errors;
  /// Checks are detectors, bits errors; those of one effect become one, whose probability is that of an odd number of them.
  Code code(const std::string& name) const;
};
/// `error(p) D… L…` with parts separated by `^`, whose effects add; `detector(…) D…`, `logical_observable L…`,
/// `shift_detectors(…) n`, `repeat n { … }`. Where `detector` declares some that errors flip, they may flip no others.
DetectorErrorModel parse_dem(std::string_view text, const std::string& name);

/// A code from a file, by its ending; `.gz` may follow that of a text. Text of any other ending is dense. An `.npz` holds one
/// matrix, or "checks" (or "H") and perhaps "logical" and "priors".
Code read_code(const std::filesystem::path& path);

}  // namespace unfurl
