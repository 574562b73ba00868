#include "audio/sound_header.hpp"

#include <optional>

#include "audio/fixed_header.hpp"
#include "audio/sound_bytes.hpp"
#include "core/printable.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
using namespace std::string_view_literals;

constexpr int most_chunks = 1 << 16;
constexpr int most_tags = 64;  // in front of the sound
constexpr const char* convert =
    "give a WAV, AIFF, W64, CAF, FLAC, Ogg, MP3, AU or NIST SPHERE file (sox and ffmpeg convert others)";

/// A chunk that libsndfile is shown, and how many of its bytes: where it would read more or fewer, it would take the rest for the
/// next chunk.
struct Kept {
  std::string_view letters;
  std::uint64_t least = 0, most = 0;
};

struct Family {
  ChunkForm form;
  Kept format, count;  // how samples are stored, and how many there are in formats that say it again
  std::string_view samples;
  std::uint64_t in_front = 0;  // bytes of the chunk of samples that are none
};

constexpr auto w64_file = "riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00"sv;
constexpr auto w64_tail = "\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A"sv;

constexpr ChunkForm big_endian_form{"", 4, false, 2, true};
constexpr Family wav{{}, {"fmt ", 16, 4096}, {"fact", 4, 4}, "data"};
constexpr Family rifx{big_endian_form, {"fmt ", 16, 4096}, {"fact", 4, 4}, "data"};
constexpr Family aiff{big_endian_form, {"COMM", 18, 22}, {}, "SSND", 8};
constexpr Family w64{{w64_tail, 8, true, 8}, {"fmt ", 16, 4096}, {"fact", 8, 8}, "data"};
constexpr Family caf{{"", 8, false, 1, true}, {"desc", 32, 32}, {}, "data", 4};

/// A file of chunks begins with `first`, and with `then` behind the number of bytes that follow.
struct Beginning {
  std::string_view first, then;
  std::size_t then_at;
  const Family* family;  // none: the file is given to libsndfile as it is
};

constexpr Beginning beginnings[] = {
    {"RIFF", "WAVE", 8, &wav},  {"RF64", "WAVE", 8, &wav},  {"RIFX", "WAVE", 8, &rifx},
    {"FORM", "AIFF", 8, &aiff}, {"FORM", "AIFC", 8, &aiff}, {w64_file, "wave", 24, &w64},
    {"caff", "desc", 8, &caf},  {"fLaC", "", 4, nullptr},   {"OggS", "", 4, nullptr},
    {".snd", "", 4, nullptr},   {"dns.", "", 4, nullptr},   {"NIST_1A\n", "", 8, nullptr},
};

/// The twelve bits that all frames of MPEG begin with but those of version 2.5, of which the last is 0.
bool begins_as_mpeg(std::string_view b) {
  return b.size() >= 4 && b[0] == '\xFF' && (static_cast<unsigned char>(b[1]) & 0xE0U) == 0xE0U;
}

const Beginning* find_beginning(std::string_view bytes) {
  for (const Beginning& b : beginnings)
    if (bytes.starts_with(b.first) && bytes.size() >= b.then_at &&
        bytes.substr(b.then_at).starts_with(b.then))
      return &b;
  return nullptr;
}

/// Bytes of the tag that begins so; 0: it is none.
std::uint64_t tag_length(std::string_view bytes) {
  if (!bytes.starts_with("ID3") || bytes.size() < 10) return 0;
  std::uint64_t length = 0;
  for (std::size_t i = 6; i < 10; ++i) length = length << 7U | (static_cast<unsigned char>(bytes[i]) & 0x7FU);
  return length + 10;
}

/// Walks through the chunks of a file, and makes from them the one that libsndfile is to see.
class Walk {
 public:
  Walk(const FileBytes& file, const Beginning& beginning, std::uint64_t start,
       const std::filesystem::path& path)
      : file_(file), family_(*beginning.family), form_(family_.form), start_(start), path_(path) {
    long_ = beginning.first == "RF64";
  }

  SoundHeader run() {
    std::uint64_t at = start_ + (&family_ == &w64 ? 40 : &family_ == &caf ? 8 : 12);
    for (int i = 0; !(samples_ && format_); ++i) {
      const Chunk chunk(file_, form_, at);
      if (!chunk.exists()) break;
      if (i == most_chunks) refuse(cat("more than ", most_chunks, " chunks stand in front of its samples"));
      if (chunk.letters == family_.samples && !samples_) {
        take_samples(chunk);
        if (header_.unfinished) break;  // what follows is sound
      } else if (!chunk.fits) {
        if (samples_) break;
        refuse(cat("its chunk '", detail::excerpt(chunk.letters), "' at byte ", at, " claims ", chunk.size,
                   " bytes, and ", file_.length() - chunk.begin, " are left"));
      } else {
        take(chunk);
      }
      at = next(chunk);
    }
    if (!samples_) refuse(cat("it holds no chunk '", family_.samples, "' of samples"));
    if (!format_)
      refuse(cat("it holds no chunk '", family_.format.letters, "' that says how its samples are stored"));
    if (&family_ == &caf && format_->substr(8, 4) == "alac")
      throw DataError(cat("cannot read '", path_.string(), "' as sound: its samples are compressed by ALAC"),
                      {}, convert);
    assemble();
    return std::move(header_);
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const { refuse_damaged(path_, reason); }

  std::uint64_t number(std::uint64_t at, std::size_t bytes) const {
    return file_.number(at, bytes, form_.big_endian);
  }

  void keep(std::optional<std::string>& place, const Chunk& chunk, const Kept& kept) const {
    if (place || chunk.letters != kept.letters || chunk.size < kept.least) return;
    place = file_.text(chunk.begin, static_cast<std::size_t>(std::min(chunk.size, kept.most)));
  }

  void take(const Chunk& chunk) {
    if (chunk.letters == "ds64" && chunk.size >= 16) long_size_at_ = chunk.begin + 8;
    if (chunk.letters == family_.format.letters && !format_ && chunk.size < family_.format.least)
      refuse(cat("its chunk '", chunk.letters, "' at byte ", chunk.at, " has ", chunk.size, " bytes, not ",
                 family_.format.least));
    keep(format_, chunk, family_.format);
    keep(count_, chunk, family_.count);
    if (&family_ == &wav || &family_ == &rifx) take_speakers(chunk);
  }

  void take_speakers(const Chunk& chunk) {
    if (chunk.letters != "fmt " || chunk.size < 24 || number(chunk.begin, 2) != 0xFFFE) return;
    header_.speakers_at = static_cast<std::int64_t>(chunk.begin + 20);
    header_.speakers = static_cast<std::uint32_t>(number(chunk.begin + 20, 4));
  }

  void take_samples(const Chunk& chunk) {
    const bool long_size = long_size_at_ > 0 && chunk.size == 0xFFFFFFFFU;
    std::uint64_t skipped = family_.in_front;
    if (&family_ == &aiff) skipped += number(chunk.begin, 4);  // the offset of the first sample
    header_.said = long_size ? number(long_size_at_, 8) : chunk.size < skipped ? 0 : chunk.size - skipped;
    samples_ = chunk.begin + skipped;
    if (*samples_ > file_.length()) refuse("it ends in front of its samples");
    header_.held = file_.length() - *samples_;
    const Chunk behind(file_, form_, *samples_ + header_.said + form_.padding(header_.said));
    header_.unfinished = is_placeholder(header_.said) && header_.held != header_.said &&
                         (header_.held < header_.said || !behind.plausible());
    long_ = long_ || long_size;
    if (!header_.unfinished && header_.held < header_.said)
      refuse(cat("it holds ", header_.held, " of ", header_.said, " bytes of sound"));
    if (header_.unfinished && form_.size_bytes == 4 && !long_ && header_.held >= 0xFFFFFFFFU)
      throw DataError(cat("the header of '", path_.string(), "' does not say how much sound there is, and ",
                          header_.held, " bytes are more than it can say"),
                      {}, "convert it to a format without that limit, such as RF64 or FLAC");
  }

  /// Where the next chunk begins: some programs forget the padding.
  std::uint64_t next(const Chunk& chunk) const {
    const auto likelihood = [&](std::uint64_t at) {
      const Chunk c(file_, form_, at);
      const bool known = c.letters == family_.samples || c.letters == family_.format.letters;
      return known ? 2 : c.plausible() ? 1 : 0;
    };
    const std::uint64_t end = chunk.begin + chunk.size, padded = end + form_.padding(chunk.size);
    return end != padded && likelihood(end) > likelihood(padded) ? end : padded;
  }

  std::string whole(const Kept& kept, std::string body) const {
    body.resize(body.size() + body.size() % 2);  // since RF64 files are read as if nothing were padded
    return form_.chunk_header(kept.letters, body.size()) + body +
           std::string(form_.padding(body.size()), '\0');
  }

  void assemble() {
    const std::uint64_t length = header_.unfinished ? header_.held : header_.said;
    const std::uint64_t in_front = family_.in_front;
    std::string chunks = whole(family_.format, *format_);
    if (count_) chunks += whole(family_.count, *count_);
    chunks += form_.chunk_header(family_.samples, long_ ? 0xFFFFFFFFU : in_front + length);
    chunks.append(in_front, '\0');
    // No padding behind the samples: of W64 files, libsndfile takes it for samples.
    const std::uint64_t total = chunks.size() + length;
    const auto sized = [&](std::uint64_t more) {
      return number_text(total + more, form_.size_bytes, form_.big_endian);
    };
    std::string start = file_.text(start_, 4);
    if (&family_ == &caf) {
      start = file_.text(start_, 8);
    } else if (&family_ == &w64) {
      start = std::string(w64_file) + sized(40) + "wave" + std::string(w64_tail);
    } else if (long_) {
      start = "RF64\xFF\xFF\xFF\xFFWAVE" + form_.chunk_header("ds64", 28) +
              number_text(total + 40, 8, false) + number_text(length, 8, false) + std::string(12, '\0');
    } else {
      start += sized(4) + file_.text(start_ + 8, 4);
    }
    header_.pieces = {{start + chunks}, {{}, *samples_, length}};
  }

  const FileBytes& file_;
  const Family& family_;
  const ChunkForm& form_;
  std::uint64_t start_;
  const std::filesystem::path& path_;
  bool long_ = false;  // the size stands in a chunk of its own, with 64 bits
  std::uint64_t long_size_at_ = 0;
  std::optional<std::string> format_, count_;
  std::optional<std::uint64_t> samples_;
  SoundHeader header_;
};

}  // namespace

bool is_placeholder(std::uint64_t bytes) {
  // Nothing yet; the largest signed and unsigned numbers, or as much as fits below them with a header.
  return bytes == 0 || (bytes >= 0x7FFF0000U && bytes <= 0x80000000U) ||
         (bytes >= 0xFFFF0000U && bytes <= 0xFFFFFFFFU) || bytes >= 0x7FFFFFFFFFFF0000U;
}

void refuse_damaged(const std::filesystem::path& path, const std::string& reason) {
  throw DataError(cat("the sound file '", path.string(), "' is damaged or truncated: ", reason), {},
                  "make or copy the file again");
}

bool begins_as_sound(std::string_view bytes) {
  return find_beginning(bytes) != nullptr || begins_as_mpeg(bytes) || tag_length(bytes) > 0;
}

SoundHeader scan_sound(int descriptor, const std::filesystem::path& path) {
  const FileBytes file(descriptor);
  std::uint64_t start = 0;
  std::string first = file.text(0, 64);
  for (int tag = 0; tag < most_tags && tag_length(first) > 0; ++tag) {
    start += tag_length(first);
    first = file.text(start, 64);
  }
  const Beginning* beginning = find_beginning(first);
  if (beginning == nullptr && !begins_as_mpeg(first))
    throw DataError(cat("cannot read '", path.string(), "' as sound: it begins as no format that is read"),
                    {}, convert);
  if (beginning != nullptr && beginning->family != nullptr) return Walk(file, *beginning, start, path).run();
  if (beginning != nullptr && (beginning->first == ".snd" || beginning->first == "dns."))
    return scan_au(file, start, beginning->first == ".snd", path);
  if (beginning != nullptr && beginning->first == "NIST_1A\n") return scan_nist(file, start, path);
  SoundHeader header;
  header.pieces = {{{}, start, file.length() - start}};
  return header;
}

}  // namespace unfurl::audio
