#include "formats/gzip.hpp"

#define ZLIB_CONST  // what is read is const
#include <zlib.h>

#include <algorithm>
#include <cstdint>

#include "unfurl/error.hpp"

namespace unfurl::formats {

using detail::cat;

namespace {

constexpr std::size_t shortest_member = 18;  // header and trailer [RFC 1952]
constexpr std::size_t best_compression = 1032;
constexpr std::size_t piece = 1 << 16;

class Inflation {
 public:
  Inflation() {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK)  // the largest window, in the wrapping of gzip
      throw DataError("there is no memory to unpack a file");
  }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;
  ~Inflation() { inflateEnd(&stream_); }
  z_stream& operator*() { return stream_; }

 private:
  z_stream stream_{};
};

/// The size that the last four bytes declare, modulo 2^32.
std::size_t declared_size(std::string_view bytes) {
  std::size_t size = 0;
  for (std::size_t i = 1; i <= 4; ++i)
    size = size << 8U | static_cast<unsigned char>(bytes[bytes.size() - i]);
  return size;
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gunzip(std::string_view bytes, std::size_t most, const std::string& name) {
  const auto damaged = [&](const char* why) {
    return DataError(cat("the compressed file is damaged: ", why), name, "take another copy of the file");
  };
  const auto too_large = [&](std::size_t limit) {
    return DataError(cat("the compressed file unpacks to more than ", limit, " bytes"), name,
                     "unpack it with gunzip and give the result; one that is cut off may declare any size");
  };
  if (bytes.size() < shortest_member) throw damaged("it is cut off");
  const std::size_t declared = declared_size(bytes);
  if (declared / best_compression > bytes.size()) throw damaged("it declares more than it can hold");
  if (declared > most) throw too_large(most);
  // The declared size is that of the last member; of more than one, this much is unpacked in any case.
  most = std::min(most, std::max<std::size_t>(declared, 1 << 26));

  std::string text;
  text.reserve(declared);
  Inflation inflation;
  z_stream& s = *inflation;
  for (bool ended = false; !ended;) {
    const std::size_t given = std::min(bytes.size(), piece);
    s.next_in = reinterpret_cast<const Bytef*>(bytes.data());
    s.avail_in = static_cast<uInt>(given);
    char unpacked[piece];
    s.next_out = reinterpret_cast<Bytef*>(unpacked);
    s.avail_out = piece;
    const int status = inflate(&s, Z_NO_FLUSH);
    text.append(unpacked, piece - s.avail_out);
    bytes.remove_prefix(given - s.avail_in);
    if (text.size() > most) throw too_large(most);
    if (status == Z_STREAM_END) {
      ended = bytes.find_first_not_of('\0') == std::string_view::npos;  // zeros fill the last block of a tape
      if (!ended && !is_gzip(bytes)) throw damaged("it goes on after its end");
      if (!ended) inflateReset(&s);
    } else if (status == Z_BUF_ERROR || (status == Z_OK && bytes.empty() && s.avail_out > 0)) {
      throw damaged("it is cut off");
    } else if (status != Z_OK) {
      throw damaged(s.msg == nullptr ? "it holds what gzip does not write" : s.msg);
    }
  }
  return text;
}

}  // namespace unfurl::formats
