// Checkpoint files, and their way back into networks.
#include "unfurl/checkpoint.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "io/checkpoint_bytes.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// A file beside `path` that vanishes unless it is moved there.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& path) : path_(path), temporary_(path) {
    static std::atomic<int> counter = 0;  // two threads may save at the same time
    temporary_ += cat(".", getpid(), ".", counter++, ".part");
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail();
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    std::error_code ignored;
    if (!moved_) std::filesystem::remove(temporary_, ignored);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  /// To its place, in one step: on the disk first, since a rename may otherwise overtake the contents.
  void move() {
    const int closing = std::exchange(descriptor_, -1);
    const int synced = fsync(closing);
    const int error = errno;
    if (close(closing) != 0) fail();
    errno = error;
    if (synced != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) fail();
    moved_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    throw DataError(cat("the checkpoint cannot be written: ", std::strerror(errno)), path_.string(),
                    "give a file in a folder that exists and may be written to");
  }

  std::filesystem::path path_, temporary_;
  int descriptor_ = -1;
  bool moved_ = false;
};

}  // namespace

void save(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  const std::string bytes = encode(checkpoint);
  TemporaryFile file(path);
  file.write(bytes);
  file.move();
}

Checkpoint load(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw DataError("there is no such checkpoint", path.string(), "`train` writes one into its run folder");
  if (!std::filesystem::is_regular_file(status))
    throw DataError("the checkpoint is not a file", path.string(), "give the checkpoint file itself");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream contents;
  if (in.peek() != std::ifstream::traits_type::eof()) contents << in.rdbuf();
  if (!in.is_open() || in.bad() || !contents)
    throw DataError("the checkpoint cannot be read", path.string(), "check who may read the file");
  return decode(std::move(contents).str(), path.string());
}

void assign(const Checkpoint& checkpoint, Network& network) {
  const std::string mend =
      "make the network with the model, layers and tying that the checkpoint was trained with";
  std::map<std::string, const Parameter*> held;
  for (const Parameter& p : checkpoint.parameters) held[p.name] = &p;
  for (const Parameter& p : network.parameters()) {
    const auto found = held.find(p.name);
    if (found == held.end())
      throw DataError(cat("the checkpoint is of another network: it has no parameter '", p.name, "'"), "",
                      mend);
    const Parameter& from = *found->second;
    if (!from.type.same_shape(p.type))
      throw DataError(cat("the checkpoint is of another network: its parameter '", p.name, "' has shape ",
                          to_string(from.type), ", not ", to_string(p.type)),
                      "", mend);
    if (from.type.domain != p.type.domain)
      throw DataError(cat("the checkpoint is of another network: its parameter '", p.name, "' of shape ",
                          to_string(from.type), " has another domain than ", to_string(p.type)),
                      "", mend);
    check_values(from, "");
  }
  for (const Parameter& p : network.parameters()) held.erase(p.name);
  if (!held.empty())
    throw DataError(
        cat("the checkpoint is of another network: this one has no parameter '", held.begin()->first, "'"),
        "", mend);
  for (const Parameter& p : checkpoint.parameters) network.parameter(p.name).values = p.values;
}

}  // namespace unfurl
