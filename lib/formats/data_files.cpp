// Samples in files of numpy.
#include "unfurl/data_files.hpp"

#include <algorithm>
#include <cmath>

#include "core/output/output_file.hpp"

namespace unfurl {

namespace {

using detail::cat;

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string s;
  for (const std::size_t n : shape) s += cat(s.empty() ? "" : ", ", n);
  return cat("(", s, ")");
}

std::size_t numbers_in_a_sample(const NpzArray& array) {
  std::size_t each = 1;
  for (std::size_t i = 1; i < array.shape.size(); ++i) each *= array.shape[i];
  return each;
}

}  // namespace

std::map<std::string, NpzArray> read_arrays(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed))
    return path.extension() == ".npy"
               ? std::map<std::string, NpzArray>{{path.stem().string(), read_npy(path)}}
               : read_npz(path);
  std::map<std::string, NpzArray> arrays;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".npy") continue;
    if (entry.is_fifo(failed) || entry.is_socket(failed))  // nobody may ever write to it
      throw DataError("this is no file", entry.path().string(), "take it out of the folder");
    arrays[entry.path().stem().string()] = read_npy(entry.path());
  }
  if (arrays.empty())
    throw DataError("the folder has no arrays", path.string(), "put a .npy for every name into it");
  return arrays;
}

void write_arrays(const std::filesystem::path& path, const std::map<std::string, NpzArray>& arrays) {
  std::error_code failed;
  if (path.has_filename() && !std::filesystem::is_directory(path, failed))
    return detail::write_file(path, to_npz(arrays));
  for (const auto& named : arrays)
    if (named.first.empty() || named.first.find('/') != std::string::npos || named.first[0] == '.')
      throw DataError(cat("an array named '", named.first, "' cannot be a file"), path.string(),
                      "write a .npz, or choose other --results");
  std::filesystem::create_directories(path, failed);
  if (failed)
    throw DataError(cat("the folder cannot be made: ", failed.message()), path.string(), "check the path");
  for (const auto& [name, array] : arrays) detail::write_file(path / (name + ".npy"), to_npy(array, "f4"));
}

Samples samples_of(const std::string& name, int planes, int rows, const NpzArray& array,
                   const std::string& where) {
  Samples samples{planes, rows, {}};
  const std::size_t each = numbers_in_a_sample(array);
  if (array.shape.empty() || each != samples.size())
    throw DataError(
        cat("'", name, "' has the shape ", shape_text(array.shape), ", and a sample ", samples.size(),
            " numbers"),
        where,
        planes == 1 ? cat("give (samples, ", rows, ")") : cat("give (samples, ", planes, ", ", rows, ")"));
  samples.values.reserve(array.values.size());
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    const auto value = static_cast<float>(array.values[i]);
    if (std::isinf(value) && !std::isinf(array.values[i]))
      throw DataError(
          cat("entry ", i % each, " of sample ", i / each, " of '", name, "' is ", array.values[i]), where,
          "give numbers below 3.4e38");
    samples.values.push_back(value);
  }
  return samples;
}

Dataset to_dataset(const std::map<std::string, NpzArray>& arrays,
                   const std::vector<Model::ObservedDeclaration>& observed, const std::string& where) {
  Dataset data;
  std::string first;
  for (const auto& [name, array] : arrays) {
    const auto declared =
        std::find_if(observed.begin(), observed.end(), [&, n = name](const auto& o) { return o.name == n; });
    int planes = 1, rows = 1;
    if (declared != observed.end()) {
      planes = declared->type.planes, rows = declared->type.rows;
    } else if (array.shape.size() > 3 || array.shape.empty() || numbers_in_a_sample(array) > 1000000000) {
      throw DataError(cat("'", name, "' has the shape ", shape_text(array.shape)), cat(where, ":", name),
                      "give (samples, rows) or (samples, planes, rows)");
    } else {
      if (array.shape.size() > 1) rows = static_cast<int>(array.shape.back());
      if (array.shape.size() > 2) planes = static_cast<int>(array.shape[1]);
    }
    Samples samples = samples_of(name, planes, rows, array, cat(where, ":", name));
    if (!first.empty() && samples.count() != data.samples())
      throw DataError(
          cat("'", first, "' has ", data.samples(), " samples, and '", name, "' ", samples.count()), where,
          "give equally many");
    if (first.empty()) first = name;
    data.add(name, std::move(samples));
  }
  return data;
}

std::map<std::string, NpzArray> to_arrays(const Dataset& data) {
  std::map<std::string, NpzArray> arrays;
  for (const auto& [name, s] : data.arrays()) {
    std::vector<std::size_t> shape{static_cast<std::size_t>(s.count())};
    if (s.planes != 1) shape.push_back(static_cast<std::size_t>(s.planes));
    shape.push_back(static_cast<std::size_t>(s.rows));
    arrays[name] = {std::move(shape), {s.values.begin(), s.values.end()}};
  }
  return arrays;
}

}  // namespace unfurl
