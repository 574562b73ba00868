/// Samples for networks: named arrays, one sample after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl {

/// In an array that may have gaps (states that are evidence in some samples, targets of some losses): nothing is known here.
/// Everywhere else it is refused, as all that is no number.
inline constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// A named array of samples, each [planes, rows]; sample s at values[s * planes * rows].
struct Samples {
  int planes = 1;
  int rows = 1;
  std::vector<float> values;
  std::size_t size() const { return static_cast<std::size_t>(planes) * static_cast<std::size_t>(rows); }
  int count() const { return size() == 0 ? 0 : static_cast<int>(values.size() / size()); }  // whole ones
};

/// What the samples of a data set have in common where others differ: a length, the extents of a grid, the edges of a graph,
/// in whatever numbers say it. Empty: nothing.
using Structure = std::vector<int>;
/// "(3, 5)".
std::string to_string(const Structure& structure);

/// Named arrays with equally many samples, or several such parts, each with samples of another structure. Parts are in the
/// order of their structures, and samples are counted through all of them. Results of a temporary are values: `for (float v : network.run(data)["x"].values)`
/// is safe.
class Dataset {
 public:
  /// Throws DataError when the values do not fill whole samples, or another array has a different count.
  Dataset& add(const std::string& name, int planes, int rows, std::vector<float> values,
               Where where = Where::here()) &;
  Dataset& add(const std::string& name, Samples samples, Where where = Where::here()) &;
  Dataset add(const std::string& name, int planes, int rows, std::vector<float> values,
              Where where = Where::here()) &&;
  Dataset add(const std::string& name, Samples samples, Where where = Where::here()) &&;
  /// Adds samples of another structure. Throws DataError for an empty or known structure, and where there are arrays or the
  /// part has parts of its own.
  Dataset& add(Structure structure, Dataset part, Where where = Where::here()) &;

  /// Empty where all samples are of one structure.
  const std::map<Structure, Dataset>& parts() const& { return parts_; }
  std::map<Structure, Dataset> parts() && { return std::move(parts_); }
  bool has(const std::string& name) const { return arrays_.count(name) != 0; }
  /// Throws DataError with near names when absent, and where there are parts.
  const Samples& operator[](const std::string& name) const&;
  Samples operator[](const std::string& name) &&;
  Samples take(const std::string& name);  ///< moves an array out
  int samples() const;                    ///< of all parts; 0 when empty
  const std::map<std::string, Samples>& arrays() const& { return arrays_; }
  std::map<std::string, Samples> arrays() && { return std::move(arrays_); }
  /// Samples first .. first + count - 1 of every array.
  Dataset slice(int first, int count) const;

 private:
  std::map<std::string, Samples> arrays_;
  std::map<Structure, Dataset> parts_;
};

/// Data to train on, which come in parts so that large or endless data never lie in memory at once. Samples are shuffled
/// within a part, those of several structures together: a batch is drawn from all of them.
struct DataSource {
  /// The samples of a part of an epoch, both counted from 0. Called when they are needed, in order from wherever a training
  /// starts.
  std::function<std::shared_ptr<const Dataset>(int epoch, int part)> load;
  int parts = 1;  ///< of every epoch
  /// Whether `load` gives the same whatever it was asked for before. Then several processes (Trainer::ranks) load some of the parts
  /// each and give them to the others; otherwise each loads all.
  bool any_order = false;
};
/// The same samples for every epoch, in one part.
DataSource fixed(Dataset data);

/// Random numbers that are the same on every machine and for every thread: a counter-based generator (SplitMix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  double uniform();  ///< [0, 1)
  double normal();   ///< mean 0, variance 1 (Box-Muller)
  int below(int n);  ///< 0 .. n - 1
  std::vector<int> permutation(int n);

 private:
  std::uint64_t state_;
};

}  // namespace unfurl
