// Weights as others keep them. Reading trusts nothing.
#include "unfurl/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/little_endian.hpp"
#include "core/printable.hpp"
#include "store/checkpoint_bytes.hpp"

namespace unfurl {

namespace {

using detail::cat;
using detail::excerpt;
using Json = nlohmann::json;

constexpr std::size_t length_size = 8, alignment = 8;
constexpr std::uint64_t longest_header = 100000000;  // of the format
constexpr const char* mend = "write the file again, as safetensors does";

[[noreturn]] void refuse_file(const std::string& what, const std::string& where) {
  throw DataError(cat("the safetensors file ", what), where, mend);
}

bool fits_single(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) {
    return std::abs(v) <= FLT_MAX && static_cast<double>(static_cast<float>(v)) == v;
  });
}

std::vector<std::size_t> tensor_shape(const ir::Type& type) {
  const auto rows = static_cast<std::size_t>(type.rows);
  if (type.planes == 1) return {rows};
  return {static_cast<std::size_t>(type.planes), rows};
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string s;
  for (const std::size_t n : shape) s += cat(s.empty() ? "" : ", ", n);
  return cat("(", s, ")");
}

double from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  double v = exponent == 0   ? std::ldexp(fraction, -24)
             : exponent < 31 ? std::ldexp(1024 + fraction, exponent - 25)
             : fraction == 0 ? HUGE_VAL
                             : std::nan("");
  return (bits & 0x8000) != 0 ? -v : v;
}

/// The number at `at` in the bytes, by the name of its type.
struct NumberType {
  const char* name;
  std::size_t bytes;
  double (*read)(std::string_view, std::size_t at);
};

const NumberType number_types[] = {
    {"F64", 8,
     [](std::string_view b, std::size_t at) {
       return std::bit_cast<double>(get_little_endian<std::uint64_t>(b, at));
     }},
    {"F32", 4,
     [](std::string_view b, std::size_t at) {
       return static_cast<double>(std::bit_cast<float>(get_little_endian<std::uint32_t>(b, at)));
     }},
    {"F16", 2,
     [](std::string_view b, std::size_t at) { return from_half(get_little_endian<std::uint16_t>(b, at)); }},
    {"BF16", 2, [](std::string_view b, std::size_t at) {
       const std::uint32_t bits = get_little_endian<std::uint16_t>(b, at);
       return static_cast<double>(std::bit_cast<float>(bits << 16));
     }}};

/// Where an array lies, and as what.
struct Described {
  std::string name;
  const NumberType* type;
  std::vector<std::size_t> shape;
  std::size_t begin, end;
};

/// Whole numbers of a list in the header.
std::vector<std::size_t> whole_numbers(const Json& entry, const char* key, const std::string& name,
                                       const std::string& where) {
  const auto found = entry.find(key);
  std::vector<std::size_t> all;
  if (found != entry.end() && found->is_array()) {
    for (const Json& number : *found) {
      if (!number.is_number_unsigned()) break;
      all.push_back(number.get<std::size_t>());
    }
    if (all.size() == found->size()) return all;
  }
  refuse_file(cat("has no whole numbers as '", key, "' of '", excerpt(name), "'"), where);
}

Described described(const std::string& name, const Json& entry, std::size_t bytes, const std::string& where) {
  if (!entry.is_object()) refuse_file(cat("does not say what '", excerpt(name), "' is"), where);
  const auto kind = entry.find("dtype");
  if (kind == entry.end() || !kind->is_string())
    refuse_file(cat("has no 'dtype' of '", excerpt(name), "'"), where);
  const auto type = std::find_if(std::begin(number_types), std::end(number_types),
                                 [&](const NumberType& t) { return *kind == t.name; });
  if (type == std::end(number_types))
    throw DataError(cat("'", excerpt(name), "' is of type ", excerpt(kind->get<std::string>())), where,
                    "weights are F64, F32, F16 or BF16");
  for (const auto& member : entry.items())
    if (member.key() != "dtype" && member.key() != "shape" && member.key() != "data_offsets")
      refuse_file(cat("says '", excerpt(member.key()), "' of '", excerpt(name), "'"), where);
  Described d{name, type, whole_numbers(entry, "shape", name, where), 0, 0};
  const std::vector<std::size_t> place = whole_numbers(entry, "data_offsets", name, where);
  if (place.size() != 2 || place[0] > place[1] || place[1] > bytes)
    refuse_file(cat("has '", excerpt(name), "' outside of its ", bytes, " bytes"), where);
  d.begin = place[0], d.end = place[1];
  std::size_t count = (d.end - d.begin) / type->bytes, left = count;
  bool empty = false;
  for (const std::size_t n : d.shape) {
    empty = empty || n == 0;
    if (n != 0 && left % n == 0)
      left /= n;
    else if (n != 0)
      left = 0;
  }
  if ((d.end - d.begin) % type->bytes != 0 || (empty ? count != 0 : left != 1))
    refuse_file(cat("has ", d.end - d.begin, " bytes of '", excerpt(name), "', not ", type->name,
                    " of shape ", shape_text(d.shape)),
                where);
  return d;
}

/// JSON whose objects have no key twice.
Json parsed_header(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  std::string twice;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > 3) twice = "nests too deeply";
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      twice = cat("has '", excerpt(value.get<std::string>()), "' twice");
    return twice.empty();
  };
  const Json header = text.starts_with('{') ? Json::parse(text, watch, /*allow_exceptions=*/false) : Json();
  if (!twice.empty()) refuse_file(twice, where);
  if (!header.is_object()) refuse_file("has a header that is no JSON object", where);
  return header;
}

}  // namespace

std::string to_safetensors(const Network& network) {
  Json header = {{"__metadata__", {{"format", "unfurl"}}}};
  std::string bytes;
  for (const bool single : {false, true})  // the wide ones first, so that all lie on multiples of their size
    for (const Parameter& p : network.parameters()) {
      check_values(p, "");
      if (fits_single(p.values) != single) continue;
      const std::size_t begin = bytes.size();
      for (const double v : p.values) {
        if (single)
          put_little_endian(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(v)));
        else
          put_little_endian(bytes, std::bit_cast<std::uint64_t>(v));
      }
      header[p.name] = {{"dtype", single ? "F32" : "F64"},
                        {"shape", tensor_shape(p.type)},
                        {"data_offsets", {begin, bytes.size()}}};
    }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception&) {
    throw DataError("the name of a parameter is not UTF-8", "", "use UTF-8 in names");
  }
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  std::string out;
  put_little_endian(out, static_cast<std::uint64_t>(text.size()));
  return out + text + bytes;
}

std::map<std::string, Tensor> read_safetensors(std::string_view bytes, const std::string& where) {
  if (bytes.size() < length_size) refuse_file(cat("ends after ", bytes.size(), " bytes"), where);
  const auto length = get_little_endian<std::uint64_t>(bytes, 0);
  if (length > longest_header)
    refuse_file(cat("would have a header of ", length, " bytes: it is of another kind"), where);
  if (length > bytes.size() - length_size)
    refuse_file(cat("has a header of ", length, " bytes, of which ", bytes.size() - length_size, " are here"),
                where);
  const Json header = parsed_header(bytes.substr(length_size, length), where);
  bytes.remove_prefix(length_size + length);
  std::vector<Described> all;
  for (const auto& entry : header.items())
    if (entry.key() != "__metadata__")
      all.push_back(described(entry.key(), entry.value(), bytes.size(), where));
  std::sort(all.begin(), all.end(), [](const Described& a, const Described& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::map<std::string, Tensor> tensors;
  std::size_t next = 0;
  for (const Described& d : all) {
    if (d.begin != next)
      refuse_file(
          cat("has '", excerpt(d.name), "' at byte ", d.begin, ", and the array before ends at ", next),
          where);
    next = d.end;
    std::vector<double> values((d.end - d.begin) / d.type->bytes);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = d.type->read(bytes, d.begin + i * d.type->bytes);
    tensors[d.name] = {d.shape, std::move(values)};
  }
  if (next != bytes.size())
    refuse_file(cat("has ", bytes.size(), " bytes of arrays, of which ", next, " are described"), where);
  return tensors;
}

std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream contents;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed) || !in)
    throw DataError("the safetensors file cannot be read", path.string(), "check the path");
  if (in.peek() != std::ifstream::traits_type::eof()) contents << in.rdbuf();
  return read_safetensors(std::move(contents).str(), path.string());
}

void assign(const std::map<std::string, Tensor>& weights, Network& network, const std::string& where) {
  const char* const other = "give weights of this network: of the same model, layers and tying";
  std::set<std::string> names;
  for (const Parameter& p : network.parameters()) {
    names.insert(p.name);
    const auto found = weights.find(p.name);
    if (found == weights.end()) throw DataError(cat("there is no array '", p.name, "'"), where, other);
    const auto &shape = found->second.shape, wanted = tensor_shape(p.type);
    const std::vector<std::size_t> in_full{static_cast<std::size_t>(p.type.planes),
                                           static_cast<std::size_t>(p.type.rows)};
    if (shape != wanted && shape != in_full && !(shape.empty() && p.type.size() == 1))
      throw DataError(cat("'", p.name, "' has shape ", shape_text(shape), ", not ", shape_text(wanted)),
                      where, other);
    Parameter taken = p;
    taken.values = found->second.values;
    check_values(taken, where);
  }
  for (const auto& named : weights)
    if (names.count(named.first) == 0)
      throw DataError(cat("the network has no parameter '", excerpt(named.first), "'"), where, other);
  for (const auto& [name, tensor] : weights) network.parameter(name).values = tensor.values;
}

}  // namespace unfurl
