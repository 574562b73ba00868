// The byte form of checkpoints: header, arrays, checksum. Reading trusts nothing, not even a correct checksum.
#include "io/checkpoint_bytes.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace unfurl {

namespace {

using detail::cat;
using Json = nlohmann::json;  // keys in alphabetical order, hence the same bytes every time

constexpr std::string_view kind = "UNFURL", version = "01";
constexpr std::size_t prefix_size = 16, checksum_size = 4;
const char* const damaged_mend = "take another copy of the file, or train again";

// ---- numbers -------------------------------------------------------------------------------------------------------

template <class Unsigned>
void put(std::string& out, Unsigned bits) {
  for (std::size_t i = 0; i < sizeof bits; ++i) out += static_cast<char>((bits >> (8 * i)) & 0xff);
}

template <class Unsigned>
Unsigned get(std::string_view bytes, std::size_t at) {
  Unsigned bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i)
    bits |=
        static_cast<Unsigned>(static_cast<Unsigned>(static_cast<unsigned char>(bytes[at + i])) << (8 * i));
  return bits;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

bool exact_in_single(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) {
    return std::abs(v) <= FLT_MAX && static_cast<double>(static_cast<float>(v)) == v;
  });
}

void check_finite(const std::string& name, const std::vector<double>& values, const std::string& where) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw DataError(cat("'", name, "' holds ", values[i], " (entry ", i, ")"), where,
                      "a smaller learning rate, or the checkpoint of an earlier epoch");
}

// ---- writing -------------------------------------------------------------------------------------------------------

const char* domain_name(Domain domain) {
  switch (domain) {
    case Domain::real:
      return "real";
    case Domain::nonneg:
      return "nonneg";
    case Domain::index:
      return "index";
  }
  throw InternalError("a domain without a name");
}

Json put_array(std::string& data, const std::string& name, const std::vector<double>& values) {
  const bool single = exact_in_single(values);
  Json j{{"name", name}, {"count", values.size()}, {"offset", data.size()}, {"type", single ? "f32" : "f64"}};
  for (double v : values) {
    if (single)
      put(data, std::bit_cast<std::uint32_t>(static_cast<float>(v)));
    else
      put(data, std::bit_cast<std::uint64_t>(v));
  }
  return j;
}

// ---- reading -------------------------------------------------------------------------------------------------------

class Reader {
 public:
  Reader(std::string_view bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  Checkpoint read() {
    const Json header = open();
    Checkpoint c;
    c.declaration = text(header, "declaration");
    std::set<std::string> names;
    for (const Json& j : list(header, "parameters")) {
      c.parameters.push_back(parameter(j));
      if (!names.insert(c.parameters.back().name).second)
        refuse(cat("it holds parameter '", c.parameters.back().name, "' twice"));
    }
    const Json& training = member(header, "training");
    c.training.epoch = whole<int>(training, "epoch");
    c.training.step = whole<std::int64_t>(training, "step");
    c.training.optimizer = text(training, "optimizer");
    for (const Json& j : list(training, "arrays")) {
      c.training.arrays.emplace_back(text(j, "name"), array(j));
      check_finite(c.training.arrays.back().first, c.training.arrays.back().second, where_);
    }
    if (next_ != data_.size())
      refuse(cat("its header describes ", next_, " bytes of arrays, but it holds ", data_.size()));
    return c;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw DataError(cat("the checkpoint is damaged: ", why), where_, damaged_mend);
  }
  [[noreturn]] void truncated(const std::string& what) const {
    throw DataError(cat("the checkpoint is truncated: ", what), where_, damaged_mend);
  }

  /// The header, once kind, version, lengths and checksum are right.
  Json open() {
    if (bytes_.empty()) throw DataError("the checkpoint is empty", where_, damaged_mend);
    const auto is_start_of = [&](std::string_view whole) {
      return bytes_.size() < whole.size() && whole.substr(0, bytes_.size()) == bytes_;
    };
    if (is_start_of(cat(kind, version))) truncated(cat("it ends after ", bytes_.size(), " bytes"));
    if (bytes_.substr(0, kind.size()) != kind)
      throw DataError("this is not a checkpoint of unfurl", where_, "give a file that `train` wrote");
    const std::string_view found = bytes_.substr(kind.size(), version.size());
    if (found != version) {
      const bool newer = found > version &&
                         std::all_of(found.begin(), found.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (newer)
        throw DataError(cat("the checkpoint is of version ", found, "; this program reads version ", version),
                        where_, "use the newer program that wrote it");
      throw DataError("this is not a checkpoint of unfurl: it has no known version", where_,
                      "give a file that `train` wrote");
    }
    if (bytes_.size() < prefix_size + checksum_size)
      truncated(cat("it ends after ", bytes_.size(), " bytes"));
    const std::size_t room = bytes_.size() - prefix_size - checksum_size;
    const auto length = get<std::uint64_t>(bytes_, kind.size() + version.size());
    if (length > room)
      truncated(cat("its header has ", length, " bytes, of which at most ", room, " are here"));

    data_ = bytes_.substr(prefix_size + length, room - length);
    const Json header = Json::parse(bytes_.substr(prefix_size, length), nullptr, /*allow_exceptions=*/false);
    const bool sound =
        checksum(bytes_.substr(0, prefix_size + room)) == get<std::uint32_t>(bytes_, prefix_size + room);
    if (!sound) {  // a shorter file is the commoner accident: say so where the header can still be read
      const bool readable =
          header.is_object() && header.contains("bytes") && header["bytes"].is_number_unsigned();
      const std::uint64_t expected = readable ? header["bytes"].get<std::uint64_t>() : 0;
      if (readable && data_.size() < expected)
        truncated(cat("it holds ", data_.size(), " of ", expected, " bytes of arrays"));
      refuse("its checksum does not fit its contents");
    }
    if (!header.is_object()) refuse("its header is not JSON");
    return header;
  }

  const Json& member(const Json& j, const char* key) const {
    if (!j.is_object() || !j.contains(key)) refuse(cat("its header has no '", key, "'"));
    return j[key];
  }
  std::string text(const Json& j, const char* key) const {
    const Json& m = member(j, key);
    if (!m.is_string()) refuse(cat("'", key, "' in its header is no text"));
    return m.get<std::string>();
  }
  const Json& list(const Json& j, const char* key) const {
    const Json& m = member(j, key);
    if (!m.is_array()) refuse(cat("'", key, "' in its header is no list"));
    return m;
  }
  /// A whole number from 0 to the largest of its type.
  template <class Integer>
  Integer whole_number(const Json& m, const char* what) const {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
    if (!m.is_number_unsigned() || m.get<std::uint64_t>() > largest)
      refuse(cat("'", what, "' in its header is no whole number"));
    return static_cast<Integer>(m.get<std::uint64_t>());
  }
  template <class Integer>
  Integer whole(const Json& j, const char* key) const {
    return whole_number<Integer>(member(j, key), key);
  }

  Domain domain(const Json& j) const {
    const std::string name = text(j, "domain");
    for (Domain d : {Domain::real, Domain::nonneg, Domain::index})
      if (name == domain_name(d)) return d;
    refuse(cat("it names an unknown domain '", name, "'"));
  }

  Parameter parameter(const Json& j) {
    Parameter p;
    p.name = text(j, "name");
    p.base = text(j, "base");
    p.copy = whole<int>(j, "copy");
    p.type = {whole<int>(j, "planes"), whole<int>(j, "rows"), false, domain(j)};
    const Json& trained = member(j, "trained");
    if (!trained.is_boolean()) refuse("'trained' in its header is neither true nor false");
    p.trained = trained.get<bool>();
    for (const Json& place : list(j, "places")) p.places.push_back(whole_number<int>(place, "places"));
    p.values = array(j);
    check_values(p, where_);
    return p;
  }

  /// The next array: each begins where the one before ends.
  std::vector<double> array(const Json& j) {
    const std::string name = text(j, "name"), type = text(j, "type");
    if (type != "f32" && type != "f64") refuse(cat("array '", name, "' is of unknown type '", type, "'"));
    const std::size_t width = type == "f32" ? 4 : 8;
    const auto count = whole<std::size_t>(j, "count"), offset = whole<std::size_t>(j, "offset");
    if (offset != next_ || count > (data_.size() - next_) / width)
      refuse(cat("array '", name, "' of ", count, " numbers at byte ", offset, " is outside its place"));
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
      values[i] = width == 4
                      ? static_cast<double>(std::bit_cast<float>(get<std::uint32_t>(data_, next_ + 4 * i)))
                      : std::bit_cast<double>(get<std::uint64_t>(data_, next_ + 8 * i));
    next_ += count * width;
    return values;
  }

  std::string_view bytes_;
  std::string where_;
  std::string_view data_;
  std::size_t next_ = 0;  ///< where the next array begins
};

}  // namespace

std::string encode(const Checkpoint& c) {
  std::string data;
  Json parameters = Json::array(), arrays = Json::array();
  for (const Parameter& p : c.parameters) {
    check_values(p, "");
    Json j = put_array(data, p.name, p.values);
    j.update({{"base", p.base},
              {"copy", p.copy},
              {"planes", p.type.planes},
              {"rows", p.type.rows},
              {"domain", domain_name(p.type.domain)},
              {"trained", p.trained},
              {"places", p.places}});
    parameters.push_back(std::move(j));
  }
  for (const auto& [name, values] : c.training.arrays) {
    check_finite(name, values, "");
    arrays.push_back(put_array(data, name, values));
  }
  const Json header{{"declaration", c.declaration},
                    {"parameters", std::move(parameters)},
                    {"training",
                     {{"epoch", c.training.epoch},
                      {"step", c.training.step},
                      {"optimizer", c.training.optimizer},
                      {"arrays", std::move(arrays)}}},
                    {"bytes", data.size()}};
  std::string header_text;
  try {
    header_text = header.dump();
  } catch (const Json::exception&) {
    throw DataError("a name or text in the checkpoint is not UTF-8", "",
                    "use UTF-8 in names and declarations");
  }
  std::string out = cat(kind, version);
  put(out, static_cast<std::uint64_t>(header_text.size()));
  out += header_text;
  out += data;
  put(out, checksum(out));
  return out;
}

Checkpoint decode(std::string_view bytes, const std::string& where) { return Reader(bytes, where).read(); }

void check_values(const Parameter& p, const std::string& where) {
  if (p.type.planes < 1 || p.type.rows < 1 || p.values.size() != p.type.size())
    throw DataError(
        cat("parameter '", p.name, "' of shape ", to_string(p.type), " has ", p.values.size(), " values"),
        where, damaged_mend);
  check_finite(p.name, p.values, where);
  if (p.type.domain == Domain::nonneg)
    for (double v : p.values)
      if (v < 0)
        throw DataError(cat("non-negative parameter '", p.name, "' has a value ", v), where, damaged_mend);
}

}  // namespace unfurl
