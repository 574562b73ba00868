#pragma once
/// What a value on the command line may be: the options of a command and those of a task say it in the same words.

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace unfurl::app {

/// What becomes of a text.
struct Reading {
  std::string value;  ///< in one form: 400 for 4e2, +400 and 400.0
  std::string mend;   ///< where it is refused: "give a whole number from 1 to 1000"
};

using Accepted = std::function<Reading(const std::string&)>;

/// A finite number without anything around it; a sign before it is welcome.
std::optional<double> read_number(const std::string& text);

/// Whole numbers in [least, most].
Accepted whole_number(int least, int most);
/// Seeds: whole numbers of 64 bits without a sign.
Accepted any_seed();
/// Numbers in [least, most]. Without an end there is no bound on that side.
Accepted number(double least, double most = std::numeric_limits<double>::infinity());
/// Numbers above `least`.
Accepted number_above(double least, double most = std::numeric_limits<double>::infinity());
/// Numbers in [least, most).
Accepted number_below(double least, double most);
/// Amounts of memory: "2GB", "512 MB", "1.5GiB", or a number of bytes. In one form, they are bytes.
Accepted memory_amount();
/// One of these words; the mend has the nearest.
Accepted one_of(std::vector<std::string> words);

}  // namespace unfurl::app
