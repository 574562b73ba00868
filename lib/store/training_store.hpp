// The parameters of a training in its precision: values, what their spaces keep of them, and the optimizer's memory.
#pragma once

#include "unfurl/extend/optimizer.hpp"
#include "unfurl/network.hpp"

namespace unfurl {

/// An array that a resumed training needs.
template <class T>
struct StateArray {
  enum class Kind { memory, least, coordinates, average } kind = Kind::memory;
  std::string name;
  std::vector<T>* values = nullptr;
};

/// Any number of programs read the values, which stay where they are; steps move them.
template <class T>
class TrainingStore {
 public:
  /// Throws DataError for parameters that have another number of values than their type says.
  explicit TrainingStore(std::span<const Parameter> parameters);

  std::size_t size() const { return entries_.size(); }
  const std::string& name(std::size_t i) const { return entries_[i].name; }
  std::vector<T>& values(std::size_t i) { return entries_[i].values; }
  /// Takes the values of the same parameters anew.
  void assign(std::span<const Parameter> parameters);
  void write_back(std::span<Parameter> parameters) const;

  /// Starts the optimizer, from the present values of the parameters with these indices.
  void begin(const std::vector<std::size_t>& trained, const OptimizerRule& rule, int threads);
  /// One for each trained parameter, in their order.
  std::vector<Update<T>>& updates() { return updates_; }
  /// Index of the parameter of an update.
  std::size_t parameter(std::size_t update) const { return trained_[update]; }

  /// What the optimizer needs to go on beside the values, in a fixed order.
  std::vector<StateArray<T>> arrays();

 private:
  struct Entry {
    std::string name;
    int rows = 0, columns = 0;
    Space space;
    std::vector<T> values;
    const SpaceType* moves = nullptr;  // the space in which the optimizer moves it
    std::vector<T> coordinates{}, least{};
    std::vector<std::string> memory_names{};
    std::vector<std::vector<T>> memory{};
  };
  Update<T> update_of(Entry& entry, int threads);

  std::vector<Entry> entries_;
  std::vector<std::size_t> trained_;
  std::vector<Update<T>> updates_;
  std::vector<T> spare_, vector_;
  std::vector<double> sums_, scratch_;
};

extern template class TrainingStore<float>;
extern template class TrainingStore<double>;

}  // namespace unfurl
