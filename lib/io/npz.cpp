// Arrays of numpy's .npz: a zip archive (libzip) of .npy files, each a header in the syntax of a Python dictionary and
// the raw numbers [numpy.lib.format].
#include "unfurl/npz.hpp"

#include <zip.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <regex>

#include "unfurl/error.hpp"

namespace unfurl {

namespace {

using detail::cat;

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in the file");

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

std::unique_ptr<zip_t, CloseArchive> open(const std::filesystem::path& path) {
  int code = 0;
  if (zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code))
    return std::unique_ptr<zip_t, CloseArchive>(archive);
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw DataError(cat("cannot read the archive: ", reason), path.string(),
                  "give a file that numpy.savez or numpy.savez_compressed wrote");
}

/// All bytes of an entry, in pieces: the size that an archive claims is not to be trusted with memory.
std::string read_entry(zip_t* archive, zip_uint64_t index, const std::string& where) {
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, index, 0));
  std::string bytes, piece(1 << 20, '\0');
  for (;;) {
    const zip_int64_t n = entry ? zip_fread(entry.get(), piece.data(), piece.size()) : -1;
    if (n < 0)
      throw DataError(cat("damaged: ", entry ? zip_file_strerror(entry.get()) : zip_strerror(archive)), where,
                      "write the file again");
    if (n == 0) return bytes;
    bytes.append(piece, 0, static_cast<std::size_t>(n));
  }
}

template <class T>
void copy_as(const std::string& bytes, std::size_t at, std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + at + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
}

/// How the numbers of a kind of array lie in the file.
struct Kind {
  const char* name;
  std::size_t size;
  void (*copy)(const std::string&, std::size_t, std::vector<double>&);
};
constexpr Kind kinds[] = {
    {"|b1", 1, copy_as<std::uint8_t>}, {"|u1", 1, copy_as<std::uint8_t>},
    {"|i1", 1, copy_as<std::int8_t>},  {"<u2", 2, copy_as<std::uint16_t>},
    {"<i2", 2, copy_as<std::int16_t>}, {"<u4", 4, copy_as<std::uint32_t>},
    {"<i4", 4, copy_as<std::int32_t>}, {"<u8", 8, copy_as<std::uint64_t>},
    {"<i8", 8, copy_as<std::int64_t>}, {"<f4", 4, copy_as<float>},
    {"<f8", 8, copy_as<double>},
};

/// "", "5,", or "2, 3".
std::vector<std::size_t> parse_shape(const std::string& text, const std::string& where) {
  static const std::regex tuple("(\\d{1,18}, ?)*(\\d{1,18})?"), number("\\d+");
  if (!std::regex_match(text, tuple)) throw DataError(cat("an array of shape (", text, ")"), where);
  std::vector<std::size_t> shape;
  for (std::sregex_iterator i(text.begin(), text.end(), number), end; i != end; ++i)
    shape.push_back(std::stoull(i->str()));
  return shape;
}

NpzArray parse(const std::string& bytes, const std::string& where) {
  const auto damaged = [&](const std::string& what) {
    return DataError(cat("no array of numpy: ", what), where, "write the file again");
  };
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) throw damaged("it does not begin as one");
  const std::size_t prefix = byte(6) == 1 ? 10 : 12;
  std::size_t header_size = byte(8) + 256 * byte(9);
  if (prefix == 12) header_size += (byte(10) << 16) + (byte(11) << 24);
  if (header_size > bytes.size() - prefix) throw damaged("its header is cut off");
  const std::string header = bytes.substr(prefix, header_size);

  std::smatch kind_text, order, shape;
  if (!std::regex_search(header, kind_text, std::regex("'descr':\\s*'([^']*)'")) ||
      !std::regex_search(header, order, std::regex("'fortran_order':\\s*(True|False)")) ||
      !std::regex_search(header, shape, std::regex("'shape':\\s*\\(([^)]*)\\)")))
    throw DataError(cat("an array with the header ", header), where,
                    "arrays of plain numbers only, without fields or objects");
  const auto* kind =
      std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& k) { return kind_text[1] == k.name; });
  if (kind == std::end(kinds))
    throw DataError(
        cat("an array of kind '", kind_text[1].str(), "'"), where,
        "convert it with array.astype('<f4'), or to another integer or float of up to eight bytes");
  NpzArray array{parse_shape(shape[1], where), {}};
  if (order[1] == "True" && array.shape.size() > 1)
    throw DataError("an array in Fortran order", where, "save numpy.ascontiguousarray(array)");
  const std::size_t begin = prefix + header_size, count = (bytes.size() - begin) / kind->size;
  std::size_t wanted = 1;
  const bool empty = std::find(array.shape.begin(), array.shape.end(), 0U) != array.shape.end();
  for (const std::size_t extent : array.shape) {
    if (!empty && wanted > count / extent) throw damaged("it has fewer numbers than its shape says");
    wanted *= extent;
  }
  if (wanted != count || count * kind->size != bytes.size() - begin)
    throw damaged("its numbers do not fill its shape");
  array.values.resize(count);
  kind->copy(bytes, begin, array.values);
  return array;
}

}  // namespace

std::map<std::string, NpzArray> read_npz(const std::filesystem::path& path) {
  const auto archive = open(path);
  std::map<std::string, NpzArray> arrays;
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* entry = zip_get_name(archive.get(), index, 0);
    std::string name = entry ? entry : "";
    const std::string where = cat(path.string(), ":", name);
    if (!name.ends_with(".npy"))
      throw DataError("the archive holds something else than arrays", where,
                      "give a file that numpy.savez wrote");
    name.resize(name.size() - 4);
    arrays[name] = parse(read_entry(archive.get(), index, where), where);
  }
  return arrays;
}

}  // namespace unfurl
