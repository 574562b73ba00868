// Checkpoints, as they are, and with the length and checksum that fit them, without which nothing behind would be reached.
#include <zlib.h>

#include "core/little_endian.hpp"
#include "harness.hpp"
#include "store/checkpoint_bytes.hpp"

namespace unfurl::fuzz {

namespace {

/// The header ends at the last brace.
std::string sealed(std::string_view input) {
  constexpr std::size_t prefix = 16, checksum = 4;
  if (input.size() < prefix + checksum) return std::string(input);
  const std::string_view body = input.substr(prefix, input.size() - prefix - checksum);
  std::string bytes = "UNFURL01";
  const auto brace = body.rfind('}');
  put_little_endian(bytes, std::uint64_t{brace == std::string_view::npos ? body.size() : brace + 1});
  bytes += body;
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  put_little_endian(bytes, static_cast<std::uint32_t>(sum));
  return bytes;
}

void check(std::string_view bytes) {
  Checkpoint c;
  if (!accepted(bytes.size(), [&] { c = decode(bytes, "input"); })) return;
  const std::string written = encode(c);
  const Checkpoint back = decode(written, "written");
  law(encode(back) == written, "what is written reads back equal");
  bool same = back.parameters.size() == c.parameters.size() && back.declaration == c.declaration;
  for (std::size_t i = 0; same && i < c.parameters.size(); ++i)
    same = back.parameters[i].name == c.parameters[i].name &&
           back.parameters[i].values == c.parameters[i].values;
  law(same, "parameters read back equal");
}

}  // namespace

void read(std::string_view input) {
  check(input);
  check(sealed(input));
}

}  // namespace unfurl::fuzz
