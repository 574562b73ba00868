#include "train/together.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "data/dataset_bytes.hpp"
#include "store/checkpoint_bytes.hpp"

namespace unfurl::together {

namespace {

/// Tells arrays apart, by every bit of them (FNV-1a, a word of 8 bytes at a time).
class Digest {
 public:
  void add(std::uint64_t word) { state_ = (state_ ^ word) * 0x100000001b3ULL; }
  template <class T>
  void add(std::span<const T> values) {
    add(values.size());
    std::size_t at = 0;
    const std::size_t bytes = values.size_bytes();
    const char* from = reinterpret_cast<const char*>(values.data());
    for (; at < bytes; at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + at, std::min(sizeof word, bytes - at));
      add(word);
    }
  }
  void add(const std::string& text) { add(std::span<const char>(text)); }
  std::string text() const { return detail::cat(state_); }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

void add_to(Digest& digest, const Dataset& data) {
  for (const auto& [name, samples] : data.arrays()) {
    digest.add(name);
    digest.add(std::span<const float>(samples.values));
  }
  for (const auto& [structure, part] : data.parts()) {
    digest.add(std::span<const int>(structure));
    add_to(digest, part);
  }
}

void add_to(Digest& digest, const Network& network) {
  for (const Parameter& p : network.parameters()) {
    digest.add(p.name);
    digest.add(std::span<const double>(p.values));
  }
}

/// The first rank that has something else than rank 0.
std::optional<std::size_t> rank_apart(Ranks& ranks, const Digest& mine) {
  const std::vector<std::string> all = gather_texts(ranks, mine.text());
  const auto apart =
      std::find_if(all.begin(), all.end(), [&](const std::string& one) { return one != all[0]; });
  if (apart == all.end()) return {};
  return static_cast<std::size_t>(apart - all.begin());
}

bool is_alone(const Ranks* ranks) { return !ranks || ranks->size() == 1; }

}  // namespace

void check_data(Ranks* ranks, const Dataset& data) {
  if (is_alone(ranks)) return;
  Digest digest;
  add_to(digest, data);
  if (const auto other = rank_apart(*ranks, digest))
    throw DataError(detail::cat("process ", *other, " has other data than process 0"), "",
                    "give all machines the same files");
}

void check_training(Ranks* ranks, const std::string& options, const Network& network) {
  if (is_alone(ranks)) return;
  Digest digest;
  digest.add(options);
  add_to(digest, network);
  if (const auto other = rank_apart(*ranks, digest))
    throw ScheduleError(
        detail::cat("process ", *other, " has another network, or options, to train than process 0"), "",
        "start all from one program, with the same arguments and files");
}

void check_parameters(Ranks* ranks, const Network& network) {
  if (is_alone(ranks)) return;
  Digest digest;
  add_to(digest, network);
  if (const auto other = rank_apart(*ranks, digest))
    throw InternalError(detail::cat("process ", *other, " has come to other parameters than process 0"), "",
                        "start all from one program, on machines with processors of one kind");
}

std::shared_ptr<const Dataset> Loads::loaded(Part part) const {
  const int epoch = static_cast<int>(part / source_.parts), in_epoch = static_cast<int>(part % source_.parts);
  auto data = source_.load(epoch, in_epoch);
  if (!data || data->samples() == 0)
    throw DataError(source_.parts == 1
                        ? detail::cat("epoch ", epoch + 1, " has no samples")
                        : detail::cat("part ", in_epoch + 1, " of epoch ", epoch + 1, " has no samples"),
                    "", "give every part of every epoch at least one");
  return data;
}

std::shared_ptr<const Dataset> Loads::loaded_by_one(Part part) {
  const int me = ranks_->rank();
  if (part < first_ || part >= end_) {
    first_ = part;
    end_ = std::min<Part>(part + ranks_->size(), Part{epochs_} * source_.parts);
    (void)on_all(ranks_, [&] {
      mine_ = first_ + me < end_ ? loaded(first_ + me) : nullptr;
      return "";
    });
  }
  const auto owner = static_cast<std::size_t>(part - first_);
  const bool is_mine = part - first_ == me;
  const std::string bytes = gather_texts(*ranks_, is_mine ? to_bytes(*mine_) : "")[owner];
  return is_mine ? std::move(mine_) : std::make_shared<const Dataset>(dataset_of(bytes));
}

std::shared_ptr<const Dataset> Loads::load(int epoch, int part, const Dataset* known) {
  const Part number = Part{epoch} * source_.parts + part;
  if (is_alone(ranks_)) return loaded(number);
  if (source_.any_order && source_.parts > 1) return loaded_by_one(number);
  std::shared_ptr<const Dataset> data;
  const std::vector<std::string> all = on_all(ranks_, [&] {
    data = loaded(number);
    return data.get() == known ? "known" : "other";
  });
  if (std::find(all.begin(), all.end(), "other") != all.end()) check_data(ranks_, *data);
  return data;
}

std::optional<Checkpoint> read(Ranks* ranks, const std::filesystem::path& file) {
  const auto contents = [&]() -> std::string {
    return std::filesystem::exists(file) ? encode(load(file)) : "";
  };
  if (is_alone(ranks)) return std::filesystem::exists(file) ? std::optional(load(file)) : std::nullopt;
  const std::string bytes = on_first(ranks, contents);
  if (bytes.empty()) return {};
  return decode(bytes, file.string());
}

bool all_go_on(Ranks* ranks, const std::function<bool()>& goes_on) {
  const std::vector<std::string> all = on_all(ranks, [&] { return goes_on() ? "" : "stop"; });
  return std::all_of(all.begin(), all.end(), [](const std::string& answer) { return answer.empty(); });
}

}  // namespace unfurl::together
