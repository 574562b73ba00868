#pragma once
/// Samples in files of numpy: a .npz, or a folder of .npy files, with an array [samples, ...] for every name.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "unfurl/data.hpp"
#include "unfurl/model.hpp"
#include "unfurl/npz.hpp"

namespace unfurl {

/// Every array by its name, without ".npy". Throws DataError as read_npz() and read_npy() do, and for a folder without arrays.
std::map<std::string, NpzArray> read_arrays(const std::filesystem::path& path);

/// Into a .npz or, where the path is a folder or ends with a '/', into that folder, which is made, as a .npy for every name; in single
/// precision. Throws DataError when that cannot be written, and for names that are no names of files.
void write_arrays(const std::filesystem::path& path, const std::map<std::string, NpzArray>& arrays);

/// The samples of an array [samples, ...] for data of planes x rows: whatever the other extents are, such as [samples, frames,
/// features], together they hold a sample's numbers, the last fastest. Throws DataError, naming `where`, for others, and for numbers
/// beyond single precision.
Samples samples_of(const std::string& name, int planes, int rows, const NpzArray& array,
                   const std::string& where);

/// All arrays as a data set: those of a model's data as it observes them, and others, such as labels, as [samples, rows] or [samples,
/// planes, rows]. Throws DataError, naming `where`, for others, and where they have not equally many samples.
Dataset to_dataset(const std::map<std::string, NpzArray>& arrays,
                   const std::vector<Model::ObservedDeclaration>& observed, const std::string& where);

/// Results as arrays: [samples, rows], or [samples, planes, rows] of several planes.
std::map<std::string, NpzArray> to_arrays(const Dataset& data);

}  // namespace unfurl
