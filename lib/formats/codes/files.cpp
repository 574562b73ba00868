// Codes from files of any kind.
#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/codes/limited.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/npz.hpp"

namespace unfurl {

using detail::cat;

namespace {

BinaryMatrix matrix_of(const NpzArray& array, const std::string& where) {
  if (array.shape.size() != 2 || array.values.empty())
    throw DataError(
        cat("an array of ", array.shape.size(), " dimensions and ", array.values.size(), " numbers"), where,
        "give a matrix of 0 and 1");
  formats::check_rows(array.shape[0], where);
  const std::size_t columns = array.shape[1];
  if (columns > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw DataError(cat("a matrix of ", columns, " columns"), where, "give fewer than 2^31");
  BinaryMatrix matrix{static_cast<int>(columns), std::vector<std::vector<int>>(array.shape[0])};
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    if (i % columns == 0)
      matrix.rows[i / columns].reserve(static_cast<std::size_t>(
          std::count(array.values.begin() + static_cast<std::ptrdiff_t>(i),
                     array.values.begin() + static_cast<std::ptrdiff_t>(i + columns), 1.0)));
    const double v = array.values[i];
    if (v == 1)
      matrix.rows[i / columns].push_back(static_cast<int>(i % columns));
    else if (v != 0)
      throw DataError(cat("entry (", i / columns, ", ", i % columns, ") of the matrix is ", v), where,
                      "a matrix of 0 and 1");
  }
  return matrix;
}

Code read_archive(const std::filesystem::path& path) {
  const auto arrays = read_npz(path);
  Code code{path.string(), {}, {}, {}};
  bool found = false;
  for (const auto& [name, array] : arrays) {
    const std::string where = cat(path.string(), ":", name);
    if (name == "logical") {
      code.logical = matrix_of(array, where);
    } else if (name == "priors") {
      code.priors = array.values;
    } else if (name == "checks" || name == "H" || arrays.size() == 1) {
      if (found)
        throw DataError("the archive holds two matrices of checks", where, "name one of them 'checks'");
      code.checks = matrix_of(array, where);
      found = true;
    } else {
      throw DataError(cat("an array of the name '", name, "'"), where,
                      "one matrix; or checks (or H), logical, priors");
    }
  }
  if (!found)
    throw DataError("the archive holds no matrix of checks", path.string(), "name it 'checks' or 'H'");
  if (!code.logical.rows.empty() && code.logical.columns != code.checks.columns)
    throw DataError(
        cat("'logical' has ", code.logical.columns, " columns, the checks have ", code.checks.columns),
        path.string(), "both are of the same bits");
  if (!code.priors.empty() && code.priors.size() != static_cast<std::size_t>(code.checks.columns))
    throw DataError(cat("'priors' has ", code.priors.size(), " numbers for ", code.checks.columns, " bits"),
                    path.string(), "give one for each");
  for (const double p : code.priors)
    if (!(p >= 0 && p <= 1))
      throw DataError(cat("a prior of ", p), path.string(), "probabilities from 0 to 1");
  return code;
}

std::string ending(std::filesystem::path path) {
  if (path.extension() == ".gz") path = path.stem();
  std::string e = path.extension().string();
  for (char& c : e)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return e;
}

}  // namespace

Code read_code(const std::filesystem::path& path) {
  const std::string kind = ending(path), name = path.string();
  if (kind == ".npz") return read_archive(path);
  if (kind == ".npy") return {name, matrix_of(read_npy(path), name), {}, {}};
  const std::string text = read_text(path);
  if (kind == ".dem") return parse_dem(text, name).code(name);
  if (kind == ".qc") return parse_quasi_cyclic(text, name);
  return {name, kind == ".alist" ? parse_alist(text, name) : parse_dense(text, name), {}, {}};
}

}  // namespace unfurl
