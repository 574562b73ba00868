#include "backend/c/pool.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace unfurl::c {

namespace {

/// To the last bit, in as few digits as that takes.
template <class T>
std::string number_text(T value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0 ? "INFINITY" : "-INFINITY";
  std::array<char, 64> buffer{};
  std::string text(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return sizeof(T) == sizeof(float) ? text + "f" : text;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

std::string Pool::entry(const std::string& key, const std::string& letter, const std::string& declaration,
                        const std::vector<std::string>& entries) {
  std::string& name = names_[letter + declaration + key];
  if (!name.empty()) return name;
  name = letter + std::to_string(count_[letter]++);
  text_ += "static const " + declaration + " " + name + "[" +
           std::to_string(std::max<std::size_t>(1, entries.size())) + "] = {";
  std::size_t column = 100;
  for (const std::string& e : entries) {
    if (column + e.size() > 96) text_ += "\n  ", column = 2;
    text_ += e + ", ";
    column += e.size() + 2;
  }
  if (entries.empty()) text_ += "0";
  text_ += "};\n";
  return name;
}

std::string Pool::numbers(std::vector<double> values) {
  if (!doubles_)
    for (double& v : values) v = static_cast<double>(static_cast<float>(v));
  std::vector<std::string> entries;
  const std::string key = bytes_of(values);
  if (names_.find("wreal" + key) == names_.end()) {
    bytes_ += values.size() * (doubles_ ? sizeof(double) : sizeof(float));
    for (const double v : values)
      entries.push_back(doubles_ ? number_text(v) : number_text(static_cast<float>(v)));
  }
  return entry(key, "w", "real", entries);
}

std::string Pool::type_of(const std::vector<int>& values, bool narrow) {
  const int most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  return !narrow || most > 65535 ? "int" : most > 255 ? "unsigned short" : "unsigned char";
}

std::string Pool::table(const std::vector<int>& values, bool narrow) {
  const std::string type = type_of(values, narrow);
  std::vector<std::string> entries;
  const std::string key = bytes_of(values);
  if (names_.find("t" + type + key) == names_.end()) {
    bytes_ += values.size() * (type == "int" ? 4 : type == "unsigned char" ? 1 : 2);
    for (const int v : values) entries.push_back(std::to_string(v));
  }
  return entry(key, "t", type, entries);
}

}  // namespace unfurl::c
