// Arrays of numpy's .npz: a zip archive (libzip) of .npy files, each a header and the raw numbers [numpy.lib.format].
// Nothing that an archive declares is believed before it is compared with the bytes that are there.
#include <zip.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <system_error>

#include "core/printable.hpp"
#include "formats/npy_header.hpp"
#include "formats/npz_bytes.hpp"
#include "unfurl/error.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// Numbers that the arrays of an archive may have together, beside one for every byte of the file: what is compressed may
/// be much larger than the file.
constexpr std::uint64_t most_numbers = std::uint64_t{1} << 27;
constexpr std::uint64_t best_compression = 1032;  // of deflate

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

[[noreturn]] void refuse_archive(zip_error_t& error, const std::string& where) {
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw DataError(cat("cannot read the archive: ", reason), where,
                  "give a file that numpy.savez or numpy.savez_compressed wrote");
}

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

/// One array in an archive.
class Entry {
 public:
  Entry(zip_t* archive, zip_uint64_t index, std::string where) : where_(std::move(where)) {
    zip_stat_t stat;
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & needed) != needed)
      throw damaged(zip_strerror(archive));
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
      throw DataError(cat("compressed by method ", stat.comp_method, " of zip"), where_,
                      "write it with numpy.savez or numpy.savez_compressed");
    size_ = stat.size;
    if (size_ / best_compression > stat.comp_size) throw damaged("it declares more than it can hold");
    file_.reset(zip_fopen_index(archive, index, 0));
    if (!file_) throw damaged(zip_strerror(archive));
  }

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
      throw DataError(cat("the arrays have more than ", most_numbers, " numbers together"), where_,
                      "write fewer arrays into one archive, or use numpy.savez instead of savez_compressed");
    budget -= read_ + count;

    NpzArray array{header.shape, {}};
    array.values.reserve(count);
    read_numbers(kind, header.descr.starts_with('>'), count, array.values);
    if (header.fortran && header.shape.size() > 1) array.values = row_major(array);
    return array;
  }

 private:
  DataError damaged(const std::string& why) const {
    return DataError(cat("damaged: ", why), where_, "write the file again");
  }

  /// Fills all of `bytes`.
  void fill(char* bytes, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
      const zip_int64_t n = zip_fread(file_.get(), bytes + done, size - done);
      if (n < 0) throw damaged(zip_file_strerror(file_.get()));
      if (n == 0) throw damaged("it is cut off");
      done += static_cast<std::size_t>(n);
    }
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
    char more = 0;
    const zip_int64_t n = zip_fread(file_.get(), &more, 1);  // at the end, libzip compares the checksum
    if (n != 0) throw damaged(n < 0 ? zip_file_strerror(file_.get()) : "it is longer than it declares");
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

  std::string where_;
  std::unique_ptr<zip_file_t, CloseEntry> file_;
  std::uint64_t size_ = 0, read_ = 0;
};

std::map<std::string, NpzArray> read_archive(zip_t* archive, std::uint64_t bytes,
                                             const std::string& name_of_file) {
  std::map<std::string, NpzArray> arrays;
  std::uint64_t budget = most_numbers + bytes;
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* entry = zip_get_name(archive, index, 0);
    std::string name = entry ? entry : "";
    const std::string where = cat(name_of_file, ":", name);
    if (!name.ends_with(".npy"))
      throw DataError("the archive holds something else than arrays", where,
                      "give a file that numpy.savez wrote");
    name.resize(name.size() - 4);
    NpzArray array = Entry(archive, index, where).read(budget);
    if (!arrays.emplace(std::move(name), std::move(array)).second)
      throw DataError("the archive holds two arrays of this name", where, "write the file again");
  }
  return arrays;
}

}  // namespace

std::map<std::string, NpzArray> read_npz(const std::filesystem::path& path) {
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    refuse_archive(error, path.string());
  }
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  return read_archive(archive.get(), unknown ? 0 : size, path.string());
}

std::map<std::string, NpzArray> decode_npz(std::string_view bytes, const std::string& where) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) refuse_archive(error, where);
  const Archive archive(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!archive) {
    zip_source_free(source);
    refuse_archive(error, where);
  }
  return read_archive(archive.get(), bytes.size(), where);
}

}  // namespace unfurl
