// Arrays of numpy's .npz: a zip archive (libzip) of .npy files. Nothing that an archive declares is believed before it is
// compared with the bytes that are there.
#include <zip.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <system_error>

#include "formats/npy_array.hpp"
#include "formats/npz_bytes.hpp"
#include "unfurl/error.hpp"
#include "unfurl/formats.hpp"

namespace unfurl {

namespace {

using detail::cat;

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

/// One array in an archive.
class Entry {
 public:
  /// Of an archive of so many bytes.
  Entry(zip_t* archive, zip_uint64_t index, std::uint64_t bytes, std::string where)
      : where_(std::move(where)) {
    zip_stat_t stat;
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & needed) != needed)
      throw damaged(zip_strerror(archive));
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
      throw DataError(cat("compressed by method ", stat.comp_method, " of zip"), where_,
                      "write it with numpy.savez or numpy.savez_compressed");
    size_ = stat.size;
    if (stat.comp_size > bytes) throw damaged("it declares more bytes than the archive has");
    if (size_ / best_compression > stat.comp_size) throw damaged("it declares more than it can hold");
    file_.reset(zip_fopen_index(archive, index, 0));
    if (!file_) throw damaged(zip_strerror(archive));
  }

  /// `budget` is how many numbers are left to read, and loses those of this array.
  NpzArray read(std::uint64_t& budget) {
    NpzArray array = read_npy_array(
        size_, [this](char* bytes, std::size_t size) { fill(bytes, size); }, where_, budget);
    char more = 0;
    const zip_int64_t n = zip_fread(file_.get(), &more, 1);  // at the end, libzip compares the checksum
    if (n != 0) throw damaged(n < 0 ? zip_file_strerror(file_.get()) : "it is longer than it declares");
    return array;
  }

 private:
  DataError damaged(const std::string& why) const { return damaged_npy(why, where_); }

  /// Fills all of `bytes`.
  void fill(char* bytes, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
      const zip_int64_t n = zip_fread(file_.get(), bytes + done, size - done);
      if (n < 0) throw damaged(zip_file_strerror(file_.get()));
      if (n == 0) throw damaged("it is cut off");
      done += static_cast<std::size_t>(n);
    }
  }

  std::string where_;
  std::unique_ptr<zip_file_t, CloseEntry> file_;
  std::uint64_t size_ = 0;
};

std::map<std::string, NpzArray> read_archive(zip_t* archive, std::uint64_t bytes,
                                             const std::string& name_of_file) {
  std::map<std::string, NpzArray> arrays;
  std::uint64_t budget = most_npy_numbers + bytes;
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
    NpzArray array = Entry(archive, index, bytes, where).read(budget);
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

NpzArray read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_text(path);
  return decode_npy(bytes, path.string());
}

NpzArray decode_npy(std::string_view bytes, const std::string& where) {
  std::size_t at = 0;
  std::uint64_t budget = most_npy_numbers + bytes.size();
  const FillBytes fill = [&](char* to, std::size_t size) {
    if (size > bytes.size() - at) throw damaged_npy("it is cut off", where);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, to);
    at += size;
  };
  return read_npy_array(bytes.size(), fill, where, budget);
}

std::string to_npy(const NpzArray& array, const std::string& kind) {
  std::string shape;
  for (const std::size_t extent : array.shape) shape += cat(extent, ", ");
  std::string header = cat("{'descr': '", kind == "u1" ? "|u1" : "<f4",
                           "', 'fortran_order': False, 'shape': (", shape, "), }");
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() % 256);
  bytes += static_cast<char>(header.size() / 256);
  bytes += header;
  for (const double v : array.values)
    if (kind == "u1")
      bytes += static_cast<char>(static_cast<unsigned char>(v));
    else
      for (unsigned i = 0, bits = std::bit_cast<std::uint32_t>(static_cast<float>(v)); i < 4;
           ++i, bits >>= 8U)
        bytes += static_cast<char>(bits & 0xffU);
  return bytes;
}

std::string to_npz(const std::map<std::string, NpzArray>& arrays) {
  if (arrays.empty())
    return std::string("PK\5\6", 4) + std::string(18, '\0');  // libzip writes no empty archive
  zip_error_t error;
  zip_error_init(&error);
  const auto failed = [&](const std::string& why) {
    zip_error_fini(&error);
    return DataError(cat("cannot make the archive: ", why), "", "free some memory");
  };
  zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (memory == nullptr) throw failed(zip_error_strerror(&error));
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> bytes(memory, zip_source_free);
  zip_source_keep(memory);  // the archive takes one hold of it, and this function keeps the other
  Archive archive(zip_open_from_source(memory, ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!archive) {
    zip_source_free(memory);
    throw failed(zip_error_strerror(&error));
  }
  std::map<std::string, std::string> files;  // until the archive is closed
  for (const auto& [name, array] : arrays) {
    const std::string& file = files.emplace(name + ".npy", to_npy(array, "f4")).first->second;
    zip_source_t* source = zip_source_buffer(archive.get(), file.data(), file.size(), 0);
    const zip_int64_t entry =
        source ? zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (entry < 0) throw failed(zip_strerror(archive.get()));
    const auto index = static_cast<zip_uint64_t>(entry);
    zip_set_file_compression(archive.get(), index, ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), index, 0, 0x21, 0);  // 1980: equal arrays give equal bytes
  }
  if (zip_close(archive.get()) != 0) throw failed(zip_strerror(archive.get()));
  (void)archive.release();
  zip_stat_t stat;
  if (zip_source_stat(memory, &stat) != 0 || zip_source_open(memory) != 0)
    throw failed("it cannot be read back");
  std::string result(stat.size, '\0');
  const zip_int64_t read = zip_source_read(memory, result.data(), result.size());
  zip_source_close(memory);
  if (read != static_cast<zip_int64_t>(result.size())) throw failed("it cannot be read back");
  return result;
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
