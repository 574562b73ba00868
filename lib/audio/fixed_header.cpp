#include "audio/fixed_header.hpp"

#include <charconv>
#include <optional>

#include "unfurl/error.hpp"

namespace unfurl::audio {

using detail::cat;

namespace {

/// What is said of the sound that begins at `first`, and how much of it there is.
SoundHeader compare(const FileBytes& file, std::uint64_t first, std::uint64_t said,
                    const std::filesystem::path& path) {
  SoundHeader header;
  header.said = said;
  header.held = first < file.length() ? file.length() - first : 0;
  header.unfinished = is_placeholder(said) && header.held != said;
  if (!header.unfinished && header.held < said)
    refuse_damaged(path, cat("it holds ", header.held, " of ", said, " bytes of sound"));
  return header;
}

void require_header(const FileBytes& file, std::uint64_t start, std::uint64_t bytes,
                    const std::filesystem::path& path) {
  if (file.length() < start + bytes) refuse_damaged(path, "it ends in its header");
}

/// The whole number of a line "NAME -i VALUE"; absent where there is no such line.
std::optional<std::uint64_t> nist_field(std::string_view header, std::string_view name) {
  const std::string line = cat("\n", name, " -i ");
  const auto at = header.find(line);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const char* first = header.data() + at + line.size();
  if (std::from_chars(first, header.data() + header.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

SoundHeader scan_au(const FileBytes& file, std::uint64_t start, bool big_endian,
                    const std::filesystem::path& path) {
  constexpr std::uint64_t size_at = 8, behind_size = 12, length = 24;
  require_header(file, start, length, path);
  SoundHeader header = compare(file, start + file.number(start + 4, 4, big_endian),
                               file.number(start + size_at, 4, big_endian), path);
  header.pieces = {{{}, start, file.length() - start}};
  if (header.unfinished)  // libsndfile knows one number only for "until the end"
    header.pieces = {{file.text(start, size_at) + number_text(0xFFFFFFFFU, 4, big_endian)},
                     {{}, start + behind_size, file.length() - start - behind_size}};
  return header;
}

SoundHeader scan_nist(const FileBytes& file, std::uint64_t start, const std::filesystem::path& path) {
  constexpr std::uint64_t length = 1024;  // of all headers that libsndfile reads
  require_header(file, start, length, path);
  std::string text = file.text(start, length);
  text.resize(std::min(text.size(), text.find("\nend_head")));
  // libsndfile takes all that follows for sound, whatever the header says.
  const std::uint64_t samples = nist_field(text, "sample_count").value_or(0),
                      channels = nist_field(text, "channel_count").value_or(1),
                      bytes = nist_field(text, "sample_n_bytes").value_or(1);
  std::uint64_t said = 0;
  if (__builtin_mul_overflow(samples, channels, &said) || __builtin_mul_overflow(said, bytes, &said))
    refuse_damaged(path, cat("it claims ", samples, " samples of ", channels, " channels"));
  SoundHeader header = compare(file, start + length, said, path);
  header.pieces = {{{}, start, header.unfinished ? file.length() - start : length + said}};
  return header;
}

}  // namespace unfurl::audio
