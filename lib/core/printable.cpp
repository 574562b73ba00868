#include "core/printable.hpp"

#include <algorithm>
#include <cstdint>

namespace unfurl::detail {

namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< 0: none begins here
};

/// The character that begins a text, in UTF-8: the shortest form only, and no surrogates.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool longer_than_needed = bytes > 2 && code < (bytes == 3 ? 0x800U : 0x10000U);
  if (longer_than_needed || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {code, bytes};
}

bool is_shown(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool line_end = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return !control && !line_end && !direction;
}

}  // namespace

std::string printable(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return std::string(text);
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_character(text);
    const std::size_t bytes = c.bytes == 0 ? 1 : c.bytes;
    if (c.bytes > 0 && is_shown(c.code)) {
      shown += text.substr(0, bytes);
    } else {
      for (const char b : text.substr(0, bytes)) {
        const auto value = static_cast<unsigned char>(b);
        shown += "\\x";
        shown += "0123456789abcdef"[value / 16];
        shown += "0123456789abcdef"[value % 16];
      }
    }
    text.remove_prefix(bytes);
  }
  return shown;
}

std::string excerpt(std::string_view text, std::size_t most) {
  if (text.size() <= most) return printable(text);
  for (int i = 0; i < 3 && most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80; ++i)
    --most;  // not inside a character
  return printable(text.substr(0, most)) + "...";
}

bool is_plain_name(std::string_view name) {
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || !is_letter_or_digit(name[0])) return false;
  for (const char c : name)
    if (!is_letter_or_digit(c) && std::string_view("-_.+").find(c) == std::string_view::npos) return false;
  return true;
}

}  // namespace unfurl::detail
