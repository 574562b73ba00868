#include "store/checkpoint_header.hpp"

#include <bit>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <variant>

#include "core/little_endian.hpp"
#include "core/printable.hpp"
#include "store/checkpoint_bytes.hpp"
#include "store/spaces/all.hpp"

namespace unfurl {

namespace {

using detail::cat;
using detail::excerpt;
using Json = nlohmann::json;

enum class Kind { text, whole, truth, list, object };

/// What each key holds. Other keys are passed over.
const Kind* kind_of(std::string_view key) {
  static const std::map<std::string_view, Kind> kinds = {
      {"bytes", Kind::whole},   {"declaration", Kind::text}, {"parameters", Kind::list},
      {"name", Kind::text},     {"base", Kind::text},        {"copy", Kind::whole},
      {"planes", Kind::whole},  {"rows", Kind::whole},       {"domain", Kind::text},
      {"trained", Kind::truth}, {"places", Kind::list},      {"count", Kind::whole},
      {"offset", Kind::whole},  {"type", Kind::text},        {"training", Kind::object},
      {"epoch", Kind::whole},   {"step", Kind::whole},       {"optimizer", Kind::text},
      {"arrays", Kind::list},   {"space", Kind::text},       {"scale_of", Kind::text},
      {"network", Kind::text}};
  const auto found = kinds.find(key);
  return found == kinds.end() ? nullptr : &found->second;
}

const char* description(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "is no text";
    case Kind::whole:
      return "is no whole number";
    case Kind::truth:
      return "is neither true nor false";
    case Kind::list:
      return "is no list";
    case Kind::object:
      return "is no object";
  }
  throw InternalError("a kind without a description");
}

/// Hears the header word by word, and builds each parameter and array at its end.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  HeaderReader(std::string_view arrays, std::string where) : data_(arrays), where_(std::move(where)) {}

  Checkpoint take(bool parsed) {
    if (!parsed) refuse("its header is not JSON");
    if (next_ != data_.size())
      refuse(cat("its header describes ", next_, " bytes of arrays, but it holds ", data_.size()));
    return std::move(checkpoint_);
  }

  bool null() override { return scalar(std::nullopt, {}); }
  bool boolean(bool value) override { return scalar(Kind::truth, value); }
  bool number_integer(number_integer_t) override { return scalar(std::nullopt, {}); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(Kind::whole, value); }
  bool number_float(number_float_t, const string_t&) override { return scalar(std::nullopt, {}); }
  bool string(string_t& value) override { return scalar(Kind::text, std::move(value)); }
  bool binary(binary_t&) override { return scalar(std::nullopt, {}); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

  bool key(string_t& name) override {
    if (skipped_ > 0) return true;
    key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override { return open(Kind::object); }
  bool start_array(std::size_t) override { return open(Kind::list); }
  bool end_array() override {
    if (skipped_ > 0)
      --skipped_;
    else
      frames_.pop_back();
    return true;
  }
  bool end_object() override {
    if (skipped_ > 0) {
      --skipped_;
      return true;
    }
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frames_.empty()) {
      checkpoint_.declaration = get<std::string>(frame, "declaration");
      if (frame.members.count("network") != 0) checkpoint_.network = get<std::string>(frame, "network");
      (void)member(frame, "parameters");
      (void)member(frame, "training");
    } else if (frame.name == "training") {
      checkpoint_.training.epoch = whole<int>(frame, "epoch");
      checkpoint_.training.step = whole<std::int64_t>(frame, "step");
      checkpoint_.training.optimizer = get<std::string>(frame, "optimizer");
      (void)member(frame, "arrays");
    } else if (frame.name == "parameters") {
      add_parameter(frame);
    } else {
      checkpoint_.training.arrays.emplace_back(get<std::string>(frame, "name"), array(frame));
      check_finite(checkpoint_.training.arrays.back().first, checkpoint_.training.arrays.back().second,
                   where_);
    }
    return true;
  }

 private:
  using Value = std::variant<std::monostate, std::string, std::uint64_t, bool, std::vector<int>>;

  /// An object or list that has begun; objects in a list have its name.
  struct Frame {
    std::string name;
    bool list = false;
    std::map<std::string, Value, std::less<>> members{};
  };

  [[noreturn]] void refuse(const std::string& why) const {
    throw DataError(cat("the checkpoint is damaged: ", why), where_, damaged_checkpoint_mend);
  }
  [[noreturn]] void refuse_member(std::string_view name, const char* what) const {
    refuse(cat("'", name, "' in its header ", what));
  }

  void add(const std::string& name, Value value) {
    if (!frames_.back().members.emplace(name, std::move(value)).second) refuse_member(name, "is there twice");
  }

  bool scalar(std::optional<Kind> kind, Value value) {
    if (skipped_ > 0) return true;
    if (frames_.empty()) refuse("its header is not JSON");
    if (frames_.back().list) {
      if (frames_.back().name != "places")
        refuse_member(frames_.back().name, "holds something else than objects");
      if (kind != Kind::whole) refuse_member("places", "holds what is no whole number");
      const auto place = std::get<std::uint64_t>(value);
      if (place > std::numeric_limits<int>::max()) refuse_member("places", "holds what is no whole number");
      std::get<std::vector<int>>(frames_[frames_.size() - 2].members["places"])
          .push_back(static_cast<int>(place));
      return true;
    }
    const Kind* wanted = kind_of(key_);
    if (wanted == nullptr) return true;
    if (*wanted != kind) refuse_member(key_, description(*wanted));
    add(key_, std::move(value));
    return true;
  }

  bool open(Kind kind) {
    if (skipped_ > 0) {
      ++skipped_;
      return true;
    }
    if (frames_.empty()) {
      if (kind != Kind::object) refuse("its header is not JSON");
      frames_.push_back({"", false});
      return true;
    }
    const Frame& outer = frames_.back();
    if (outer.list) {
      if (kind != Kind::object || outer.name == "places")
        refuse_member(outer.name, "holds what does not belong there");
      frames_.push_back({outer.name, false});
      return true;
    }
    const Kind* wanted = kind_of(key_);
    if (wanted == nullptr) {
      ++skipped_;
      return true;
    }
    if (*wanted != kind) refuse_member(key_, description(*wanted));
    const std::string_view right = key_ == "places" ? "parameters" : key_ == "arrays" ? "training" : "";
    if (outer.name != right) refuse_member(key_, "is in a wrong place");
    add(key_, key_ == "places" ? Value(std::vector<int>()) : Value());
    frames_.push_back({key_, kind == Kind::list});
    return true;
  }

  const Value& member(const Frame& frame, std::string_view name) const {
    const auto found = frame.members.find(name);
    if (found == frame.members.end()) refuse(cat("its header has no '", name, "'"));
    return found->second;
  }
  template <class T>
  const T& get(const Frame& frame, std::string_view name) const {
    return std::get<T>(member(frame, name));
  }
  /// A whole number from 0 to the largest of its type.
  template <class Integer>
  Integer whole(const Frame& frame, std::string_view name) const {
    const auto value = get<std::uint64_t>(frame, name);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max()))
      refuse_member(name, description(Kind::whole));
    return static_cast<Integer>(value);
  }

  Domain domain(const Frame& frame) const {
    const auto& name = get<std::string>(frame, "domain");
    for (Domain d : {Domain::real, Domain::nonneg, Domain::index})
      if (name == domain_name(d)) return d;
    refuse(cat("it names an unknown domain '", excerpt(name), "'"));
  }

  void add_parameter(const Frame& frame) {
    Parameter p;
    p.name = get<std::string>(frame, "name");
    p.base = get<std::string>(frame, "base");
    p.copy = whole<int>(frame, "copy");
    p.type = {whole<int>(frame, "planes"), whole<int>(frame, "rows"), false, domain(frame)};
    p.trained = get<bool>(frame, "trained");
    p.places = get<std::vector<int>>(frame, "places");
    p.values = array(frame);
    if (frame.members.count("space") != 0)
      p.space = spaces::by_name(get<std::string>(frame, "space"), p.type.domain);
    if (frame.members.count("scale_of") != 0) p.scale_of = get<std::string>(frame, "scale_of");
    check_values(p, where_);
    if (!names_.insert(p.name).second) refuse(cat("it holds parameter '", p.name, "' twice"));
    checkpoint_.parameters.push_back(std::move(p));
  }

  /// The next array: each begins where the one before ends, or is one that was there before.
  std::vector<double> array(const Frame& frame) {
    const auto &name = get<std::string>(frame, "name"), &type = get<std::string>(frame, "type");
    if (type != "f32" && type != "f64")
      refuse(cat("array '", excerpt(name), "' is of unknown type '", excerpt(type), "'"));
    const std::size_t width = type == "f32" ? 4 : 8;
    const auto count = whole<std::size_t>(frame, "count"), offset = whole<std::size_t>(frame, "offset");
    const bool fresh = offset == next_ && count <= (data_.size() - next_) / width;
    const auto place = places_.find(offset);
    const bool again =
        !fresh && place != places_.end() && place->second / width == count && place->second % width == 0;
    if (again) repeated_ += place->second;
    if (!(fresh || again) || !repeats_within_limit(repeated_, data_.size()))
      refuse(cat("array '", excerpt(name), "' of ", count, " numbers at byte ", offset,
                 " is outside its place"));
    if (fresh && count > 0) places_[offset] = count * width;
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
      values[i] = width == 4 ? static_cast<double>(std::bit_cast<float>(
                                   get_little_endian<std::uint32_t>(data_, offset + 4 * i)))
                             : std::bit_cast<double>(get_little_endian<std::uint64_t>(data_, offset + 8 * i));
    if (fresh) next_ += count * width;
    return values;
  }

  std::string_view data_;
  std::string where_;
  std::size_t next_ = 0;                       ///< where the next array begins
  std::map<std::size_t, std::size_t> places_;  ///< bytes of the arrays so far, by their offset
  std::size_t repeated_ = 0;                   ///< bytes that were read once more
  std::vector<Frame> frames_;
  std::string key_;
  std::size_t skipped_ = 0;  ///< depth in what belongs to an unknown key
  std::set<std::string> names_;
  Checkpoint checkpoint_;
};

}  // namespace

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

Checkpoint read_checkpoint(std::string_view header, std::string_view arrays, const std::string& where) {
  HeaderReader reader(arrays, where);
  return reader.take(Json::sax_parse(header, &reader));
}

std::uint64_t declared_bytes(std::string_view header) {
  using Event = Json::parse_event_t;
  const auto keep = [](int depth, Event event, Json& parsed) {
    return depth == 0 || (depth == 1 && (event == Event::key ? parsed == "bytes" : event == Event::value));
  };
  const Json found = Json::parse(header, keep, /*allow_exceptions=*/false);
  const bool readable = found.is_object() && found.contains("bytes") && found["bytes"].is_number_unsigned();
  return readable ? found["bytes"].get<std::uint64_t>() : 0;
}

}  // namespace unfurl
