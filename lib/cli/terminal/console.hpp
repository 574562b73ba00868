/// What the program says: results on standard output, all else on standard error.
#pragma once

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

namespace unfurl::app {

/// What shells give for a program that wrote to a pipe whose reader was gone.
inline constexpr int closed_pipe_status = 141;

/// Both write at once and never throw for the stream. What is lost on standard output is counted (Console::finish); what is
/// lost elsewhere is not, since nobody's work may end because of a progress line.
void print_result(std::string_view text);
void print_note(std::string_view text, std::FILE* stream = stderr);

/// While one of these lives, results are not printed: JSON takes their place (JsonResult).
class Silence {
 public:
  explicit Silence(bool wanted);
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence();
};

/// A result, formatted.
template <class... T>
void out(fmt::format_string<T...> format, T&&... arguments) {
  print_result(fmt::format(format, std::forward<T>(arguments)...));
}
/// Progress, a warning or an error, formatted.
template <class... T>
void note(fmt::format_string<T...> format, T&&... arguments) {
  print_note(fmt::format(format, std::forward<T>(arguments)...));
}

/// The standard streams during one call of the program. While it lives, a closed pipe and a limit on the size of files are
/// errors of the write, not the end of the program; and where a standard stream is closed, no file that is opened takes
/// its number and gets what is printed.
class Console {
 public:
  Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  /// The status to leave with: where results were lost, another one than 0. Says so on standard error, unless it was a
  /// pipe that was closed, as `head` does when it has seen enough.
  int finish(int status) const;

  /// From here on nothing is printed, as by one of several processes of which another speaks; and as before.
  static void hush();
  static void speak();

 private:
  struct sigaction before_pipe_ {};
  struct sigaction before_size_ {};
};

}  // namespace unfurl::app
