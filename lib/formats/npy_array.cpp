// Arrays of numpy's .npy: a header and the raw numbers [numpy.lib.format]. Nothing that it declares is believed before it is
// compared with the bytes that are there.
#include "formats/npy_array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/printable.hpp"
#include "formats/npy_header.hpp"
#include "unfurl/error.hpp"

namespace unfurl {

namespace {

using detail::cat;

double half_precision(std::uint16_t bits) {
  const int exponent = bits >> 10U & 0x1fU;
  const double fraction = bits & 0x3ffU;
  const double magnitude = exponent == 31 ? (fraction > 0 ? NAN : INFINITY)
                           : exponent > 0 ? std::ldexp(1024 + fraction, exponent - 25)
                                          : std::ldexp(fraction, -24);
  return (bits & 0x8000U) != 0 ? -magnitude : magnitude;
}

/// The number of type T whose bytes, the least significant first, begin at `bytes`.
template <class T>
double number(const char* bytes) {
  if constexpr (sizeof(T) == 1) {
    return static_cast<double>(std::bit_cast<T>(*bytes));
  } else {
    using Bits = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                    std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
    Bits bits = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
      bits = static_cast<Bits>(bits << 8U | static_cast<unsigned char>(bytes[i]));
    return static_cast<double>(std::bit_cast<T>(bits));
  }
}
double number_f2(const char* bytes) {
  return half_precision(static_cast<std::uint16_t>(number<std::uint16_t>(bytes)));
}

struct Kind {
  const char* name;
  std::size_t size;
  double (*number)(const char*);
};
constexpr Kind kinds[] = {
    {"b1", 1, number<std::uint8_t>}, {"u1", 1, number<std::uint8_t>},
    {"i1", 1, number<std::int8_t>},  {"u2", 2, number<std::uint16_t>},
    {"i2", 2, number<std::int16_t>}, {"u4", 4, number<std::uint32_t>},
    {"i4", 4, number<std::int32_t>}, {"u8", 8, number<std::uint64_t>},
    {"i8", 8, number<std::int64_t>}, {"f2", 2, number_f2},
    {"f4", 4, number<float>},        {"f8", 8, number<double>},
};

/// '<' and '>' stand for little- and big-endian, '=' for that of the machine, '|' for neither.
bool has_order(std::string_view descr) {
  return !descr.empty() && std::string_view("<>=|").find(descr.front()) != std::string_view::npos;
}

const Kind& find_kind(std::string_view descr, const std::string& where) {
  const std::string_view name = descr.substr(has_order(descr) ? 1 : 0);
  for (const Kind& kind : kinds)
    if (name == kind.name && (!descr.starts_with('|') || kind.size == 1)) return kind;
  throw DataError(cat("an array of kind '", detail::excerpt(descr), "'"), where,
                  "convert it with array.astype('<f4'), or to another integer or float of up to eight bytes");
}

class Reader {
 public:
  Reader(std::uint64_t size, const FillBytes& fill, const std::string& where)
      : size_(size), fill_bytes_(fill), where_(where) {}

  /// Reads the header; `budget` is how many numbers are left to read, and loses those of this array.
  NpzArray read(std::uint64_t& budget) {
    const NpyHeader header = read_header();
    const Kind& kind = find_kind(header.descr, where_);
    const std::uint64_t here = size_ - read_;
    std::uint64_t count = 1;
    const bool empty = std::find(header.shape.begin(), header.shape.end(), 0U) != header.shape.end();
    for (const std::size_t extent : header.shape) {
      if (!empty && count > here / kind.size / extent)
        throw damaged("it has fewer numbers than its shape says");
      count *= extent;
    }
    if (empty) count = 0;
    if (count > here / kind.size) throw damaged("it has fewer numbers than its shape says");
    if (count * kind.size != here) throw damaged("its numbers do not fill its shape");
    // Headers count as well: entries of an archive may share their bytes, so that a small one has a million of them.
    if (read_ + count > budget)
      throw DataError(cat("the arrays have more than ", most_npy_numbers, " numbers together"), where_,
                      "write fewer arrays into one archive, or use numpy.savez instead of savez_compressed");
    budget -= read_ + count;

    NpzArray array{header.shape, {}};
    array.values.reserve(count);
    read_numbers(kind, header.descr.starts_with('>'), count, array.values);
    if (header.fortran && header.shape.size() > 1) array.values = row_major(array);
    return array;
  }

 private:
  DataError damaged(const std::string& why) const { return damaged_npy(why, where_); }
  void fill(char* bytes, std::size_t size) {
    fill_bytes_(bytes, size);
    read_ += size;
  }

  NpyHeader read_header() {
    std::array<char, 12> start{};
    if (size_ < start.size()) throw damaged("it does not begin as an array of numpy");
    fill(start.data(), 10);
    if (std::memcmp(start.data(), "\x93NUMPY", 6) != 0)
      throw damaged("it does not begin as an array of numpy");
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(start[i]));
    };
    if (byte(6) < 1 || byte(6) > 3) throw damaged(cat("it is of version ", byte(6), ", not 1, 2 or 3"));
    std::size_t length = byte(8) | byte(9) << 8U;
    if (byte(6) > 1) {
      fill(start.data() + 10, 2);
      length |= byte(10) << 16U | byte(11) << 24U;
    }
    if (length > size_ - read_) throw damaged("its header is cut off");
    if (length > most_npy_header)
      throw DataError(cat("an array with a header of ", length, " bytes; the limit is ", most_npy_header),
                      where_, "arrays of plain numbers only, without fields or objects");
    std::string text(length, '\0');
    fill(text.data(), length);
    return parse_npy_header(text, where_);
  }

  void read_numbers(const Kind& kind, bool big_endian, std::uint64_t count, std::vector<double>& values) {
    std::vector<char> piece(std::min<std::uint64_t>(count, 8192) * kind.size);
    while (values.size() < count) {
      const std::size_t bytes = std::min<std::uint64_t>(piece.size(), (count - values.size()) * kind.size);
      fill(piece.data(), bytes);
      for (char* at = piece.data(); at != piece.data() + bytes; at += kind.size) {
        if (big_endian) std::reverse(at, at + kind.size);
        values.push_back(kind.number(at));
      }
    }
  }

  /// The values of an array whose first index is fastest, with the last one fastest.
  static std::vector<double> row_major(const NpzArray& array) {
    std::vector<double> values;
    values.reserve(array.values.size());
    const std::size_t dimensions = array.shape.size();
    std::vector<std::size_t> stride(dimensions, 1), index(dimensions, 0);
    for (std::size_t k = 1; k < dimensions; ++k) stride[k] = stride[k - 1] * array.shape[k - 1];
    for (std::size_t from = 0; values.size() < array.values.size();) {
      values.push_back(array.values[from]);
      for (std::size_t k = dimensions; k-- > 0;) {
        from += stride[k];
        if (++index[k] < array.shape[k]) break;
        from -= stride[k] * array.shape[k];
        index[k] = 0;
      }
    }
    return values;
  }

  std::uint64_t size_, read_ = 0;
  const FillBytes& fill_bytes_;
  const std::string& where_;
};

}  // namespace

DataError damaged_npy(const std::string& why, const std::string& where) {
  return DataError(cat("damaged: ", why), where, "write the file again");
}

NpzArray read_npy_array(std::uint64_t size, const FillBytes& fill, const std::string& where,
                        std::uint64_t& budget) {
  return Reader(size, fill, where).read(budget);
}

}  // namespace unfurl
