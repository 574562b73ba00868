// Archives of numpy; what begins as an array is put into an archive first, so that its checksum is right, and what begins
// as the header of one is read alone.
#include <zip.h>
#include <zlib.h>

#include <cstdint>
#include <limits>

#include "core/little_endian.hpp"
#include "formats/npy_header.hpp"
#include "formats/npz_bytes.hpp"
#include "harness.hpp"

namespace unfurl::fuzz {

namespace {

/// A stored entry a.npy.
std::string archive_of(std::string_view array) {
  const auto bytes = reinterpret_cast<const Bytef*>(array.data());
  const auto size = static_cast<std::uint32_t>(array.size());
  const auto checksum = static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(array.size())));
  const auto put2 = [](std::string& out, std::uint16_t n) { put_little_endian(out, n); };
  const auto put4 = [](std::string& out, std::uint32_t n) { put_little_endian(out, n); };
  const auto entry = [&](std::string& out) {  // what both headers of an entry hold
    for (const int n : {20, 0, 0, 0, 33}) put2(out, static_cast<std::uint16_t>(n));
    put4(out, checksum), put4(out, size), put4(out, size), put2(out, 5), put2(out, 0);
  };
  std::string zip = "PK\x03\x04";
  entry(zip);
  zip += "a.npy";
  zip += array;
  const auto central = static_cast<std::uint32_t>(zip.size());
  zip += "PK\x01\x02";
  put2(zip, 20), entry(zip), put2(zip, 0), put4(zip, 0), put4(zip, 0), put4(zip, 0);
  zip += "a.npy";
  const auto end = static_cast<std::uint32_t>(zip.size());
  zip += "PK\x05\x06";
  put4(zip, 0), put2(zip, 1), put2(zip, 1), put4(zip, end - central), put4(zip, central), put2(zip, 0);
  return zip;
}

/// Bytes that the entries of an archive unpack to, as they declare.
std::size_t declared_bytes(std::string_view bytes) {
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, nullptr);
  if (archive == nullptr) {
    zip_source_free(source);
    return 0;
  }
  std::size_t sum = 0;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    constexpr std::uint64_t large = std::uint64_t{1} << 32;  // refused, and its sum must not wrap around
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat) == 0)
      sum += std::min(stat.size, large);
  }
  zip_discard(archive);
  return sum;
}

}  // namespace

void read(std::string_view input) {
  if (input.starts_with('{')) {
    accepted(input.size(), [&] { (void)parse_npy_header(input, "input"); });
    return;
  }
  const std::string bytes = input.starts_with("\x93NUMPY") ? archive_of(input) : std::string(input);
  std::map<std::string, NpzArray> arrays;
  if (!accepted(bytes.size() + declared_bytes(bytes), [&] { arrays = decode_npz(bytes, "input"); })) return;
  for (const auto& [name, array] : arrays) {
    std::size_t count = 1;
    for (const std::size_t extent : array.shape) count *= extent;
    law(count == array.values.size(), "the numbers fill the shape");
  }
}

}  // namespace unfurl::fuzz
