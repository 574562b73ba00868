// Static arrays of a C file, each once.
#pragma once

#include <unordered_map>

#include "backend/c/texts/text.hpp"

namespace unfurl::c {

class Pool {
 public:
  explicit Pool(bool doubles) : doubles_(doubles) {}
  /// The name of an array with these numbers, in the file's precision.
  std::string numbers(std::vector<double> values);
  std::string table(const std::vector<int>& values, bool narrow);
  /// "unsigned char", for example.
  static std::string type_of(const std::vector<int>& values, bool narrow);

  const std::string& text() const { return text_; }
  std::size_t bytes() const { return bytes_; }

 private:
  /// The name for these contents; new ones get `declaration name[]` and the entries.
  std::string entry(const std::string& key, const std::string& letter, const std::string& declaration,
                    const std::vector<std::string>& entries);

  bool doubles_;
  std::unordered_map<std::string, std::string> names_;  // by contents
  std::map<std::string, int> count_;                    // by letter
  std::string text_;
  std::size_t bytes_ = 0;
};

}  // namespace unfurl::c
