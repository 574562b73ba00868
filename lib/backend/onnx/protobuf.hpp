// Messages of protocol buffers as bytes: as many kinds of fields as models in ONNX have.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/little_endian.hpp"

namespace unfurl::onnx {

/// One message, field by field, each with its number.
class Message {
 public:
  void whole(unsigned field, std::int64_t number) {
    varint(field << 3U);
    varint(static_cast<std::uint64_t>(number));
  }
  void single(unsigned field, float number) {
    varint((field << 3U) | 5U);
    put_little_endian(bytes_, std::bit_cast<std::uint32_t>(number));
  }
  void text(unsigned field, std::string_view text) {
    varint((field << 3U) | 2U);
    varint(text.size());
    bytes_ += text;
  }
  void message(unsigned field, const Message& inner) { text(field, inner.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t number) {
    for (; number >= 128; number >>= 7U) bytes_ += static_cast<char>((number & 127U) | 128U);
    bytes_ += static_cast<char>(number);
  }
  std::string bytes_;
};

}  // namespace unfurl::onnx
