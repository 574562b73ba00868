// The byte form of checkpoints: header, arrays, checksum. Reading trusts nothing, not even a correct checksum.
#include "store/checkpoint_bytes.hpp"

#include <algorithm>
#include <bit>
#include <boost/crc.hpp>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "core/little_endian.hpp"
#include "store/checkpoint_header.hpp"
#include "unfurl/extend/space.hpp"

namespace unfurl {

namespace {

using detail::cat;
using Json = nlohmann::json;  // keys in alphabetical order, hence the same bytes every time

constexpr std::string_view kind = "UNFURL", version = "02";
constexpr std::string_view every_array_by_itself = "01";  // readable by older programs
constexpr std::size_t prefix_size = 16, checksum_size = 4;

std::uint32_t checksum(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

bool exact_in_single(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) {
    return std::abs(v) <= FLT_MAX && static_cast<double>(static_cast<float>(v)) == v;
  });
}

/// The numbers of a checkpoint. Large arrays that are alike, as copies of a parameter that is not trained are, lie there
/// once, as far as readers allow it.
class Arrays {
 public:
  const std::string& bytes() const { return bytes_; }
  /// Whether any array lies in the place of another.
  bool shared() const { return shared_; }

  Json put(const std::string& name, const std::vector<double>& values) {
    const bool single = exact_in_single(values);
    std::string own;
    for (double v : values) {
      if (single)
        put_little_endian(own, std::bit_cast<std::uint32_t>(static_cast<float>(v)));
      else
        put_little_endian(own, std::bit_cast<std::uint64_t>(v));
    }
    return {
        {"name", name}, {"count", values.size()}, {"offset", place(own)}, {"type", single ? "f32" : "f64"}};
  }

 private:
  std::size_t place(const std::string& own) {
    constexpr std::size_t large = 1024;
    const std::size_t key = own.size() < large ? 0 : std::hash<std::string>()(own);
    const auto found = places_.find(key);
    if (key != 0 && found != places_.end() && bytes_.compare(found->second, own.size(), own) == 0 &&
        repeats_within_limit(repeated_ + own.size(), bytes_.size())) {
      repeated_ += own.size();
      shared_ = true;
      return found->second;
    }
    const std::size_t at = bytes_.size();
    places_[key] = at;
    bytes_ += own;
    return at;
  }

  std::string bytes_;
  std::map<std::size_t, std::size_t> places_;  ///< by hash
  std::size_t repeated_ = 0;
  bool shared_ = false;
};

}  // namespace

std::string encode(const Checkpoint& c) {
  Arrays data;
  Json parameters = Json::array(), arrays = Json::array();
  for (const Parameter& p : c.parameters) {
    check_values(p, "");
    Json j = data.put(p.name, p.values);
    j.update({{"base", p.base},
              {"copy", p.copy},
              {"planes", p.type.planes},
              {"rows", p.type.rows},
              {"domain", domain_name(p.type.domain)},
              {"trained", p.trained},
              {"places", p.places}});
    if (!(p.in() == Space(p.type.domain))) j["space"] = p.in().name();
    if (p.scale_of) j["scale_of"] = *p.scale_of;
    parameters.push_back(std::move(j));
  }
  for (const auto& [name, values] : c.training.arrays) {
    check_finite(name, values, "");
    arrays.push_back(data.put(name, values));
  }
  Json header{{"declaration", c.declaration},
              {"parameters", std::move(parameters)},
              {"training",
               {{"epoch", c.training.epoch},
                {"step", c.training.step},
                {"optimizer", c.training.optimizer},
                {"arrays", std::move(arrays)}}},
              {"bytes", data.bytes().size()}};
  if (!c.network.empty()) header["network"] = c.network;
  std::string header_text;
  try {
    header_text = header.dump();
  } catch (const Json::exception&) {
    throw DataError("a name or text in the checkpoint is not UTF-8", "",
                    "use UTF-8 in names and declarations");
  }
  std::string out = cat(kind, data.shared() ? version : every_array_by_itself);
  put_little_endian(out, static_cast<std::uint64_t>(header_text.size()));
  out += header_text;
  out += data.bytes();
  put_little_endian(out, checksum(out));
  return out;
}

namespace {

/// Files that do not say which parameter a scale multiplies call it by that one's name.
void find_scales(std::vector<Parameter>& parameters) {
  std::map<std::string, std::string> scaled;  // by the name of the scale
  for (const Parameter& p : parameters) scaled.emplace(p.base + ".scale", p.base);
  for (Parameter& p : parameters)
    if (const auto found = scaled.find(p.base); !p.scale_of && found != scaled.end())
      p.scale_of = found->second;
}

}  // namespace

Checkpoint decode(std::string_view bytes, const std::string& where) {
  const auto foreign = [&](const std::string& what) {
    return DataError(what, where, "give a file that `train` wrote");
  };
  const auto truncated = [&](const std::string& what) {
    return DataError(cat("the checkpoint is truncated: ", what), where, damaged_checkpoint_mend);
  };
  if (bytes.empty()) throw DataError("the checkpoint is empty", where, damaged_checkpoint_mend);
  const std::size_t beginning = kind.size() + version.size();
  const auto starts = [&](std::string_view v) { return cat(kind, v).starts_with(bytes); };
  if (bytes.size() < beginning && (starts(version) || starts(every_array_by_itself)))
    throw truncated(cat("it ends after ", bytes.size(), " bytes"));
  if (!bytes.starts_with(kind)) throw foreign("this is not a checkpoint of unfurl");
  const std::string_view found = bytes.substr(kind.size(), version.size());
  if (found > version && std::all_of(found.begin(), found.end(), [](char c) { return c >= '0' && c <= '9'; }))
    throw DataError(cat("the checkpoint is of version ", found, "; this program reads version ", version),
                    where, "use the newer program that wrote it");
  if (found != version && found != every_array_by_itself)
    throw foreign("this is not a checkpoint of unfurl: it has no known version");
  if (bytes.size() < prefix_size + checksum_size)
    throw truncated(cat("it ends after ", bytes.size(), " bytes"));

  const std::size_t room = bytes.size() - prefix_size - checksum_size;
  const auto length = get_little_endian<std::uint64_t>(bytes, beginning);
  if (length > room)
    throw truncated(cat("its header has ", length, " bytes, of which at most ", room, " are here"));
  const std::string_view header = bytes.substr(prefix_size, length);
  const std::string_view arrays = bytes.substr(prefix_size + length, room - length);
  if (checksum(bytes.substr(0, prefix_size + room)) !=
      get_little_endian<std::uint32_t>(bytes, prefix_size + room)) {
    // A shorter file is the commoner accident: say so where the header can still be read.
    if (const std::uint64_t expected = declared_bytes(header); arrays.size() < expected)
      throw truncated(cat("it holds ", arrays.size(), " of ", expected, " bytes of arrays"));
    throw DataError("the checkpoint is damaged: its checksum does not fit its contents", where,
                    damaged_checkpoint_mend);
  }
  Checkpoint checkpoint = read_checkpoint(header, arrays, where);
  find_scales(checkpoint.parameters);
  return checkpoint;
}

bool repeats_within_limit(std::size_t repeated, std::size_t bytes) {
  return repeated <= (std::size_t{24} << 20) || repeated / 6 <= bytes;
}

void check_finite(const std::string& name, const std::vector<double>& values, const std::string& where) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw DataError(cat("'", name, "' holds ", values[i], " (entry ", i, ")"), where,
                      "a smaller learning rate, or the checkpoint of an earlier epoch");
}

void check_values(const Parameter& p, const std::string& where) {
  if (p.type.planes < 1 || p.type.rows < 1 || p.values.size() != p.type.size())
    throw DataError(
        cat("parameter '", p.name, "' of shape ", to_string(p.type), " has ", p.values.size(), " values"),
        where, where.empty() ? "change values of parameters, not their number" : damaged_checkpoint_mend);
  check_finite(p.name, p.values, where);
  if (const std::string why = p.in().type().objection(p.values, p.type.planes, p.type.rows); !why.empty())
    throw DataError(cat("parameter '", p.name, "' ", why), where,
                    where.empty() ? "give numbers that are in its space" : damaged_checkpoint_mend);
}

}  // namespace unfurl
