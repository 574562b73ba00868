// What several processes say to each other beside numbers: texts and errors.
#include "unfurl/ranks.hpp"

#include <exception>

#include "unfurl/error.hpp"

namespace unfurl {

namespace {

/// What came of work on one rank, the first letter of what it says to the others.
enum class Outcome : char { made, model, schedule, data, numerical, internal };

Outcome kind_of(const Error& error) {
  if (dynamic_cast<const ModelError*>(&error)) return Outcome::model;
  if (dynamic_cast<const ScheduleError*>(&error)) return Outcome::schedule;
  if (dynamic_cast<const DataError*>(&error)) return Outcome::data;
  if (dynamic_cast<const NumericalError*>(&error)) return Outcome::numerical;
  return Outcome::internal;
}

[[noreturn]] void throw_as(Outcome kind, const std::string& what, const std::string& where,
                           const std::string& mend) {
  switch (kind) {
    case Outcome::model:
      throw ModelError(what, where, mend);
    case Outcome::schedule:
      throw ScheduleError(what, where, mend);
    case Outcome::data:
      throw DataError(what, where, mend);
    case Outcome::numerical:
      throw NumericalError(what, where, mend);
    case Outcome::made:
    case Outcome::internal:
      break;
  }
  throw InternalError(what, where, mend);
}

}  // namespace

std::vector<std::string> gather_texts(Ranks& ranks, const std::string& mine) {
  const auto n = static_cast<std::size_t>(ranks.size());
  const std::size_t size = mine.size();
  std::vector<std::size_t> sizes(n);
  const std::vector<std::size_t> numbers(n, sizeof size);
  ranks.gather(reinterpret_cast<const std::byte*>(&size), reinterpret_cast<std::byte*>(sizes.data()),
               numbers);
  std::size_t total = 0;
  for (const std::size_t s : sizes) total += s;
  std::string all(total, '\0');
  ranks.gather(reinterpret_cast<const std::byte*>(mine.data()), reinterpret_cast<std::byte*>(all.data()),
               sizes);
  std::vector<std::string> texts;
  for (std::size_t r = 0, at = 0; r < n; at += sizes[r++]) texts.push_back(all.substr(at, sizes[r]));
  return texts;
}

std::vector<std::string> on_all(Ranks* ranks, const std::function<std::string()>& make) {
  if (!ranks || ranks->size() == 1) return {make()};
  std::string mine(1, static_cast<char>(Outcome::made));
  std::exception_ptr failure;
  Error told("");
  try {
    mine += make();
  } catch (const Error& error) {
    mine[0] = static_cast<char>(kind_of(error));
    told = error;
    failure = std::current_exception();
  } catch (const std::exception& error) {
    mine[0] = static_cast<char>(Outcome::internal);
    told = Error(error.what());
    failure = std::current_exception();
  }
  std::vector<std::string> all = gather_texts(*ranks, mine);
  for (std::size_t r = 0; r < all.size(); ++r) {
    const auto outcome = static_cast<Outcome>(all[r][0]);
    if (outcome == Outcome::made) continue;
    const std::string what = gather_texts(*ranks, told.what_happened())[r],
                      where = gather_texts(*ranks, told.where())[r],
                      mend = gather_texts(*ranks, told.mend())[r];
    if (failure) std::rethrow_exception(failure);
    throw_as(outcome, what, where, mend);
  }
  for (std::string& text : all) text.erase(0, 1);
  return all;
}

std::string on_first(Ranks* ranks, const std::function<std::string()>& make) {
  if (!ranks) return make();
  return on_all(
             ranks, ranks->rank() == 0 ? make : [] { return std::string(); })
      .front();
}

}  // namespace unfurl
