// How learning rates change.
#include <array>
#include <cmath>
#include <numbers>
#include <sstream>

#include "unfurl/train.hpp"

namespace unfurl {

namespace {

using detail::cat;

constexpr std::array<const char*, 4> kinds = {"constant", "linear", "cosine", "step"};

[[noreturn]] void refuse_schedule(const std::string& text) {
  throw ScheduleError(
      cat("'", text, "' is no schedule of a learning rate"), "",
      "give constant, linear, cosine or step, with the final share: cosine:0.01, step:0.01:3");
}

}  // namespace

double RateSchedule::share(double progress) const {
  switch (kind) {
    case Kind::constant:
      return 1;
    case Kind::linear:
      return 1 + (final_share - 1) * progress;
    case Kind::cosine:
      return final_share + (1 - final_share) * (1 + std::cos(std::numbers::pi * progress)) / 2;
    case Kind::step:
      return std::pow(final_share, std::min<double>(falls, std::floor(progress * (falls + 1))) / falls);
  }
  throw InternalError("a schedule of no kind");
}

std::string RateSchedule::text() const {
  std::string name = kinds[static_cast<std::size_t>(kind)];
  if (kind == Kind::constant) return name;
  return kind == Kind::step ? cat(name, ":", final_share, ":", falls) : cat(name, ":", final_share);
}

RateSchedule RateSchedule::named(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream all(text);
  for (std::string word; std::getline(all, word, ':');) words.push_back(word);
  RateSchedule schedule;
  std::size_t kind = 0;
  while (kind < kinds.size() && (words.empty() || words[0] != kinds[kind])) ++kind;
  if (kind == kinds.size() || text.ends_with(':')) refuse_schedule(text);
  schedule.kind = static_cast<Kind>(kind);
  const std::size_t most = schedule.kind == Kind::constant ? 1 : schedule.kind == Kind::step ? 3 : 2;
  if (words.size() > most) refuse_schedule(text);
  const auto read = [&](const std::string& word, auto& number) {
    std::istringstream in(word);
    in.imbue(std::locale::classic());
    if (!(in >> number) || in.peek() != std::istringstream::traits_type::eof()) refuse_schedule(text);
  };
  if (words.size() > 1) read(words[1], schedule.final_share);
  if (words.size() > 2) read(words[2], schedule.falls);
  const double least = schedule.kind == Kind::step ? 1e-9 : 0;  // factors come to it
  if (!(schedule.final_share >= least && schedule.final_share <= 1) || schedule.falls < 1 ||
      schedule.falls > 1000)
    refuse_schedule(text);
  return schedule;
}

}  // namespace unfurl
