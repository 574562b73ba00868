// Numbers with a point, whatever the program has told setlocale.
#pragma once

#include <clocale>

namespace unfurl::detail {

/// While it lives, the C functions that read and write numbers (which other libraries use: strtod, printf) do so as in the
/// "C" locale, in this thread alone.
class ClassicNumbers {
 public:
  ClassicNumbers() : classic_(newlocale(LC_NUMERIC_MASK, "C", duplocale(uselocale(nullptr)))) {
    if (classic_) before_ = uselocale(classic_);
  }
  ~ClassicNumbers() {
    if (!classic_) return;
    uselocale(before_);
    freelocale(classic_);
  }
  ClassicNumbers(const ClassicNumbers&) = delete;
  ClassicNumbers& operator=(const ClassicNumbers&) = delete;

 private:
  locale_t classic_, before_{};
};

}  // namespace unfurl::detail
