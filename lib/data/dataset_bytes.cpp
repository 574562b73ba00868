#include "data/dataset_bytes.hpp"

#include <cstring>

namespace unfurl {

namespace {

template <class T>
void put(std::string& bytes, const T* from, std::size_t count) {
  const std::size_t size = count * sizeof(T);
  bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
  bytes.append(reinterpret_cast<const char*>(from), size);
}

/// Takes off what put() wrote, by its type.
class Bytes {
 public:
  explicit Bytes(std::string_view left) : left_(left) {}

  template <class Array>
  Array take() {
    std::size_t count = 0;
    copy(&count, sizeof count);
    detail::check(count <= left_.size() / sizeof(typename Array::value_type), "a data set is there whole");
    Array array(count, typename Array::value_type());
    copy(array.data(), count * sizeof(typename Array::value_type));
    return array;
  }

  Dataset take_dataset() {
    Dataset data;
    const auto counts = take<std::vector<std::size_t>>();
    for (std::size_t i = 0; i < counts.at(0); ++i) {
      const auto name = take<std::string>();
      const auto extents = take<std::vector<int>>();
      data.add(name, extents.at(0), extents.at(1), take<std::vector<float>>());
    }
    for (std::size_t i = 0; i < counts.at(1); ++i) {
      auto structure = take<Structure>();
      data.add(std::move(structure), take_dataset());
    }
    return data;
  }

 private:
  void copy(void* to, std::size_t size) {
    detail::check(size <= left_.size(), "a data set is there whole");
    if (size > 0) std::memcpy(to, left_.data(), size);
    left_.remove_prefix(size);
  }
  std::string_view left_;
};

void put(std::string& bytes, const Dataset& data) {
  const std::size_t counts[] = {data.arrays().size(), data.parts().size()};
  put(bytes, counts, 2);
  for (const auto& [name, samples] : data.arrays()) {
    const int extents[] = {samples.planes, samples.rows};
    put(bytes, name.data(), name.size());
    put(bytes, extents, 2);
    put(bytes, samples.values.data(), samples.values.size());
  }
  for (const auto& [structure, part] : data.parts()) {
    put(bytes, structure.data(), structure.size());
    put(bytes, part);
  }
}

}  // namespace

std::string to_bytes(const Dataset& data) {
  std::string bytes;
  put(bytes, data);
  return bytes;
}

Dataset dataset_of(std::string_view bytes) { return Bytes(bytes).take_dataset(); }

}  // namespace unfurl
